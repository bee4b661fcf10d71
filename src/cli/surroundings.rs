//! Where the program runs, as the environment says, and what a build server there wants to be given. The only place that reads
//! variables of a build server.

use super::choices::{Ci, Format};
use crate::fmt;
use crate::render::ci::Link;
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

/// What runs the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
    /// Jenkins and others, of which nothing more is known.
    Other,
    /// Nobody: a person, or one who did not ask.
    Nobody,
}

/// What is known of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub(super) server: Server,
    /// To the run, and to the report where it is kept.
    pub(super) links: Vec<Link>,
    /// The file whose content is shown on the job's page; it is added to.
    pub(super) summary: Option<PathBuf>,
    /// The file that takes a step's outputs; it is added to.
    pub(super) outputs: Option<PathBuf>,
    /// By which the log is told to obey commands again: nobody outside of this step can know it.
    pub(super) token: Option<String>,
}

impl Surroundings {
    /// What `--ci` asked for, seen through `variable`. `out` is the folder of the report.
    pub(super) fn new(asked: Ci, out: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let says = |name: &str| variable(name).is_some_and(|text| !text.is_empty() && text != "false");
        let server = match asked {
            Ci::Github => Server::GitHub,
            Ci::Gitlab => Server::GitLab,
            Ci::Auto if says("GITHUB_ACTIONS") => Server::GitHub,
            Ci::Auto if says("GITLAB_CI") => Server::GitLab,
            Ci::Auto if ["CI", "JENKINS_URL", "TF_BUILD", "BUILD_ID"].into_iter().any(says) => Server::Other,
            Ci::Auto | Ci::None => Server::Nobody,
        };
        let file = |name: &str| variable(name).filter(|path| !path.is_empty()).map(PathBuf::from);
        let github = server == Server::GitHub;
        Self {
            server,
            links: links(server, out, variable),
            summary: file("GITHUB_STEP_SUMMARY").filter(|_| github),
            outputs: file("GITHUB_OUTPUT").filter(|_| github),
            token: github.then(|| token(variable)).flatten(),
        }
    }

    /// The files that the server reads.
    pub(super) fn formats(&self) -> &'static [Format] {
        match self.server {
            Server::GitHub => &[Format::Comment, Format::Summary, Format::Junit],
            Server::GitLab => &[Format::Comment, Format::Junit, Format::LoadPerformance, Format::Metrics],
            Server::Other => &[Format::Comment, Format::Junit],
            Server::Nobody => &[],
        }
    }
}

/// The environment of this process.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn links(server: Server, out: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Link> {
    let link = |text: &str, url: String| Link { text: text.to_owned(), url };
    match server {
        Server::GitHub => {
            let parts = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"].map(variable);
            let [Some(host), Some(repository), Some(run)] = parts else { return Vec::new() };
            vec![link("Full report: artifacts of this run", format!("{host}/{repository}/actions/runs/{run}"))]
        }
        Server::GitLab => {
            let Some(job) = variable("CI_JOB_URL") else { return Vec::new() };
            let within = out.is_relative() && out.components().all(|part| matches!(part, Component::Normal(_)));
            let report = within.then(|| {
                let folder = out.display().to_string().replace('\\', "/");
                link("Full report", format!("{job}/artifacts/file/{folder}/report.html"))
            });
            report.into_iter().chain([link("job", job)]).collect()
        }
        Server::Other => {
            variable("BUILD_URL").map(|url| link("Full report: artifacts of this build", url)).into_iter().collect()
        }
        Server::Nobody => Vec::new(),
    }
}

/// Made from what only this step's process is told: the names of its files hold random digits. None where there is no such step.
fn token(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    variable("GITHUB_ACTIONS")?;
    let mut hash = Sha256::new();
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB"] {
        hash.update(variable(name).unwrap_or_default());
        hash.update([0]);
    }
    Some(format!("plimsoll-{}", fmt::hex(hash.finalize().get(..16)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(asked: Ci, out: &str, variables: &[(&str, &str)]) -> Surroundings {
        let variable =
            |name: &str| variables.iter().find(|(have, _)| *have == name).map(|(_, value)| (*value).to_owned());
        Surroundings::new(asked, Path::new(out), &variable)
    }

    #[test]
    fn the_environment_tells_the_server() {
        assert_eq!(seen(Ci::Auto, "out", &[]).server, Server::Nobody);
        assert_eq!(seen(Ci::Auto, "out", &[("CI", "true"), ("GITHUB_ACTIONS", "true")]).server, Server::GitHub);
        assert_eq!(seen(Ci::Auto, "out", &[("CI", "true"), ("GITLAB_CI", "true")]).server, Server::GitLab);
        assert_eq!(seen(Ci::Auto, "out", &[("JENKINS_URL", "http://j/")]).server, Server::Other);
        assert_eq!(seen(Ci::Auto, "out", &[("CI", "false")]).server, Server::Nobody);
        assert_eq!(seen(Ci::None, "out", &[("GITHUB_ACTIONS", "true")]).server, Server::Nobody);
        assert_eq!(seen(Ci::Gitlab, "out", &[("GITHUB_ACTIONS", "true")]).server, Server::GitLab);
    }

    #[test]
    fn a_report_s_link_leads_into_the_job_s_artifacts() {
        let job = [("CI_JOB_URL", "https://gitlab.example/a/b/-/jobs/7")];
        let url = |out: &str| seen(Ci::Gitlab, out, &job).links[0].url.clone();
        assert_eq!(url("out/load"), "https://gitlab.example/a/b/-/jobs/7/artifacts/file/out/load/report.html");
        assert_eq!(url("../out"), "https://gitlab.example/a/b/-/jobs/7");
        assert_eq!(url("/tmp/out"), "https://gitlab.example/a/b/-/jobs/7");
    }

    #[test]
    fn outside_of_a_step_there_are_no_commands() {
        let outside = seen(Ci::Github, "out", &[]);
        assert_eq!((outside.token, outside.summary, outside.links.len()), (None, None, 0));
        let step = |output: &str| seen(Ci::Auto, "out", &[("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", output)]).token;
        assert_ne!(step("/tmp/set_output_1"), step("/tmp/set_output_2"));
    }
}
