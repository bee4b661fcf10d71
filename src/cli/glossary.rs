//! The words of a report.

use crate::fmt;

/// Words of a report and what they mean; one list for `explain`, its own listing and the tests.
pub(super) const WORDS: &[(&str, &str)] = &[
    (
        "ready",
        "READY: every critical criterion was judged, none failed, and nothing asks for a condition. Exit code 0.",
    ),
    (
        "ready-with-conditions",
        "READY WITH CONDITIONS: nothing critical failed and nothing critical is unknown, but what is listed as conditions must be \
         accepted: a criterion met on too few requests to prove it, a warning band, a waiver, no criterion on latency. Exit code 0; \
         1 with `--fail-on conditions`.",
    ),
    ("not-ready", "NOT READY: at least one critical criterion failed. Exit code 1."),
    (
        "inconclusive",
        "INCONCLUSIVE: a critical criterion could not be told: too few requests, no data, an invalid run, a required test without \
         result, a baseline that is missing. Nothing passes on missing data. Exit code 4; 0 with `--allow inconclusive`, which says so.",
    ),
    (
        "pass",
        "The figure is inside its limit, and the bad side of its 95 % interval too (or no interval can exist: *quoted*).",
    ),
    (
        "met-not-proven",
        "The figure is inside its limit, but its 95 % interval reaches across: what was observed is not what was proven. The number of \
         requests that would settle it stands beside it.",
    ),
    ("warn", "Between the limit and the second limit (`warn_…`) of a criterion."),
    (
        "fail",
        "Outside the limit: by the figure (evidence = \"observed\"), or by the whole interval (evidence = \"proven\").",
    ),
    (
        "timeframe",
        "How a criterion looks at the course of a run: `for` 30 s is missed only where it is missed for 30 s without a break; `within` \
         30 s must hold in every stretch of up to 30 s; `over` 30 s in every full one. Where the limit was first missed stands with it.",
    ),
    (
        "group",
        "Criteria that are judged together: one of them must hold (`needs = \"any\"`), or so many, or their weighted score must reach a \
         limit. Its criteria are shown with their outcomes and count through it.",
    ),
    (
        "score",
        "The sum of the weights of what was met, half of it for what lies in its warning band, over what could be judged; beside it the \
         part that could be judged, and the range that the rest leaves open. A score raises no verdict.",
    ),
    (
        "grade",
        "A word for a figure (excellent, poor), with what is meant by it. Criteria judge; where one says otherwise, that is shown.",
    ),
    (
        "ladder",
        "What was met at which number of users, from several tests whose `users` are declared, or else from those that made the same requests, \
         by the users that were measured. Nothing is said of loads between the steps or beyond them.",
    ),
    (
        "expected",
        "What a team expects to see, as a range with confidence and source. It is no limit: within the target and outside the expectation \
         is a finding.",
    ),
    (
        "import",
        "Criteria that stand in another tool's file (Keptn, Taurus, Gatling, Artillery, k6), judged on the figure that they mean, with the \
         original beside it. `--compat` answers missing data as that tool does.",
    ),
    ("not-run", "The plan declares the test and no file is its result."),
    ("blocked", "The plan declares the test, says that it could not be run, why, and what unblocks it."),
    ("waived", "Failed, and accepted by a named owner with reason, ceiling and expiry, all of which are in force."),
    ("not-applicable", "Declared not to apply, with a reason; counts for nothing."),
    (
        "p95",
        "The smallest recorded latency such that at least 95 % of requests were at or below it (inverse CDF, type 1, on HdrHistogram \
         buckets with 3 significant digits): 1 in 20 requests took longer. Figures quoted from a tool keep the tool's definition.",
    ),
    (
        "interval",
        "95 % interval. Of a percentile: order statistics, distribution-free. Of failures: Wilson. Both are widened by the design \
         effect, because requests next to each other are alike.",
    ),
    (
        "design-effect",
        "How much more a share varies between stretches of the run than it would if requests were independent; never below 1. It is \
         measured from the windows and widens every interval.",
    ),
    (
        "source-class",
        "raw: computed from one row per request. bucketed: from the tool's own rounded histogram (Locust). quoted: as the tool printed \
         it, never merged, averaged or interpolated.",
    ),
    (
        "comment",
        "comment.md (`--format comment`, `--ci`): the answer for a pull or merge request, at most 60,000 bytes. Whole rows are left out, least \
         important first; verdict, unmet criteria, the 20 worst endpoints and links stay. Its first line is the mark by which a script \
         finds and replaces the comment of the last push.",
    ),
    (
        "exit-map",
        "`--exit-map k6|gatling|taurus`: the exit codes of that tool. ready, not ready, wrong use, input, inconclusive are 0, 1, 2, 3, 4; \
         k6: 0, 99, 104, 104, 99; gatling: 0, 2, 1, 1, 2; taurus: 0, 3, 1, 1, 3.",
    ),
    ("test", "One execution of one tool, from one or several files; a k6 run with three scenarios is one test."),
    ("endpoint", "What requests are grouped by: method and name, `GET /api/events`."),
    (
        "baseline",
        "What a run is compared with: a pinned run (`baseline save NAME INPUT`, then `report INPUT --baseline NAME`), the last \
         comparable runs that were READY (`--baseline latest --save`), or figures that were declared (`baseline declare NAME FILE`). \
         docs/baselines.md says when to use which.",
    ),
    (
        "fingerprint",
        "What must be equal for two runs to be compared: tool and definition of percentiles, endpoints, load asked for and reached, \
         duration, environment, and the labels that `[compare] labels` names. Where it is not, the fields are listed, and the \
         comparison is marked or refused as `[compare] unequal` says.",
    ),
    (
        "accepted",
        "A stored run that somebody took as the new normal, with author, day and reason: `baseline accept RUN --reason TEXT`. A new \
         baseline begins with it, whatever its verdict.",
    ),
    (
        "declared",
        "A figure or range that people know from a document only, with its source and date: `baseline declare NAME FILE`. A change is \
         given against both ends of the range, as a share and as a factor; nothing is tested.",
    ),
    (
        "history",
        "The stored runs of a test, one after another: `history [TEST]`. From 5 comparable runs on they decide what a regression is, because \
         they show how much runs of one system differ.",
    ),
    (
        "change-of-level",
        "A run with which a figure moved and stayed, found as Apache Otava finds it: p below 0.001, more than 5 %, from 10 runs on. A \
         baseline begins after the last one.",
    ),
    (
        "prediction-band",
        "Where the next run lies in 95 of 100 cases if nothing changed, from the comparable runs since the last change of the level; \
         from 5 on.",
    ),
    (
        "adjusted-p",
        "The probability of a change as large by chance, raised for everything that was tested with it (Benjamini-Hochberg): below \
         0.05 counts.",
    ),
    ("would-be-seen", "The least worsening that a comparison of these two runs would have found 4 times in 5."),
    ("margin", "Of a criterion: how far its figure is inside the limit, as a share of the limit; negative outside."),
    (
        "level",
        "What a comparison rests on. L0: at least five earlier runs of the same test. L1: two runs with latencies over time. L2b: \
         merged latencies and the tool's own percentiles over time. L3: merged latencies without time. L4: figures as a tool printed them. \
         tau is how much two runs of one system are taken to differ (`explain tau`).",
    ),
    (
        "mser-5",
        "A rule that finds where the warm-up of a run ends: of the means of five seconds each it leaves out as many at the start as make \
         the mean of the rest most certain. `explain warm-up` says when it is used.",
    ),
    (
        "no-slow-drift",
        "The criterion against the pinned baseline that `[baseline] reference` names: many small steps, none of which is a regression, are \
         one there. It makes a condition, not a verdict.",
    ),
    (
        "regressed",
        "Slower (or failing more often) than the baseline beyond chance (false-discovery rate 5 % over all comparisons), by at least 5 % \
         and 5 ms, or 0.1 points of failures.",
    ),
    (
        "no-slower",
        "A slowdown by 10 % or more is ruled out at the 95 % level, by a one-sided bound; the interval beside it is two-sided and reaches \
         farther.",
    ),
    (
        "no-regression-seen",
        "Not shown to be no slower, but a slowdown of the size that is printed (50 % at most, or 5 ms where that is more: less does not matter) would \
         have been seen.",
    ),
    ("improved", "Faster than the baseline beyond chance, by at least 5 % and 5 ms."),
    (
        "ramp",
        "The time in which users rise at the start, or as declared. Shown, part of the totals, left out of comparisons.",
    ),
    (
        "window",
        "Requests are counted in windows of 0.1 s times a power of two, at most 512 a test, each in the one in which it ended.",
    ),
    (
        "coordinated-omission",
        "When a system stalls, a load generator that waits sends fewer requests, so the stall is measured too rarely. Where arrivals \
         were dropped, or users waited while the system stood still, percentiles are lower bounds: the report says so, and shows \
         beside them what they are when corrected (every request that took v where one was due each I stands for others of v - I, \
         v - 2 I, ... too). Nothing is judged by the corrected figures.",
    ),
    (
        "observed",
        "The figure itself, whatever its interval: evidence = \"observed\" judges by it. What was observed is not what was proven.",
    ),
    ("proven", "The whole 95 % interval lies inside the limit: evidence = \"proven\" demands that."),
    (
        "critical",
        "A critical criterion decides: failed it means NOT READY, not told INCONCLUSIVE. Another one can only make a condition.",
    ),
    (
        "verdict",
        "READY, READY WITH CONDITIONS, NOT READY or INCONCLUSIVE, for the load, build, environment and date that stand beside it.",
    ),
    (
        "tau",
        "How much ln latency varies between two runs of the same system: in common (2 %) and of each endpoint (1 %). Assumed as long as \
         there is no history to measure it from, and part of every comparison's interval.",
    ),
    ("users", "Users (virtual users) active at a moment; of several generators, their sum."),
    (
        "rate",
        "Requests per second: requests / duration, from the first start to the last end. Counts of a tool keep its own rate.",
    ),
    ("steady", "The run without its ramp; without its warm-up too it is what is compared with a baseline."),
    (
        "warm-up",
        "The start of a run in which latency has not come to rest yet (caches fill, code is compiled). From 6 min of load on \
         MSER-5 finds its end, by five-second means, where the mean of what remains is known best; comparisons leave it out of both \
         runs, by the longer of the two. A cut beyond 40 % of the load says that there is no steady state: then nothing is \
         compared. Shorter runs are not cut: there a cut makes more false alarms than the warm-up.",
    ),
    (
        "closed-workload",
        "A user sends the next request after the last answer (Locust, k6's VU executors): a slow system is asked less often.",
    ),
    (
        "open-workload",
        "Requests come whether or not answers do (k6's arrival rates, vegeta): what is not sent is counted as dropped.",
    ),
    ("monitor", "A resource monitor's file: CPU, memory, pools over time, joined with the load by time."),
    (
        "population",
        "Requests, connections, messages, transactions and setup requests are counted apart: a percentile over two kinds would be one of \
         neither.",
    ),
    (
        "setup-requests",
        "What k6 asked for in setup() and teardown(). They are no load: in no total, rate, percentile or comparison, and shown by \
         themselves. k6's own summary and thresholds count them with the load.",
    ),
    (
        "measured",
        "In a sign-off: computed from the files whose hashes stand in its appendix. Beside it stand *declared*, said by people in \
         plimsoll.toml or signoff.toml, and *missing*, said by nobody.",
    ),
    (
        "release-readiness",
        "What people say of the release in signoff.toml, which no load test can show: it stands beside the measured verdict, changes \
         nothing of it, and is never better than the required lines of the checklist. NOT ASSESSED where nobody said.",
    ),
    (
        "verified",
        "`verify report.json` computed every figure and the verdict anew from the inputs of those hashes, with the configuration and the \
         baseline that the report carries, and nothing differs.",
    ),
    ("finding", "What a rule saw, with evidence and advice; `explain RULE` prints the rule's page."),
    (
        "default",
        "What is in force because nothing else was said: at most 1 % of requests fail, and k6's own thresholds.",
    ),
];

/// Other words for the same things.
const SAME: &[(&str, &str)] = &[
    ("cannot-tell", "inconclusive"),
    ("raw", "source-class"),
    ("bucketed", "source-class"),
    ("quoted", "source-class"),
    ("condition", "ready-with-conditions"),
    ("declared", "measured"),
    ("missing", "measured"),
    ("not-assessed", "release-readiness"),
    ("met", "pass"),
    ("percentile", "p95"),
    ("closed", "closed-workload"),
    ("open", "open-workload"),
    ("slower", "regressed"),
    ("evidence", "proven"),
    ("l0", "level"),
    ("l1", "level"),
    ("l2b", "level"),
    ("l3", "level"),
    ("l4", "level"),
    ("mser", "mser-5"),
    ("p-adjusted", "adjusted-p"),
];

/// The word of the list that a reader means: as the report writes it, in the plural, by another name, any percentile.
pub(super) fn meant(word: &str) -> Option<&'static (&'static str, &'static str)> {
    let wanted = word.to_lowercase().replace(',', "").replace([' ', '_'], "-");
    let percentile = fmt::quantile_p(&wanted).is_some();
    let singular = wanted.strip_suffix('s').unwrap_or(&wanted).to_owned();
    let listed = |name: &str| WORDS.iter().find(|(known, _)| *known == name);
    let same = |name: &str| SAME.iter().find(|(other, _)| *other == name).and_then(|(_, known)| listed(known));
    let direct = listed(&wanted).or_else(|| same(&wanted)).or_else(|| listed(&singular)).or_else(|| same(&singular));
    direct.or_else(|| listed("p95").filter(|_| percentile))
}

/// What is said of it under the word that was asked for: of another percentile than p95 with its own share.
pub(super) fn said(word: &str, (name, text): (&str, &str)) -> (String, String) {
    match fmt::quantile_p(&word.to_lowercase()).map(fmt::quantile_name) {
        Some(percentile) if name == "p95" && percentile != name => {
            let share = format!("{} %", percentile.trim_start_matches('p'));
            let text = text.replace("95 %", &share).replace(": 1 in 20 requests took longer", "");
            (percentile, text)
        }
        _ => (name.to_owned(), text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_reports_write_them() {
        for (word, name) in
            [("met, not proven", "met-not-proven"), ("NOT READY", "not-ready"), ("windows", "window"), ("p99.9", "p95")]
        {
            assert_eq!(meant(word).map(|(name, _)| *name), Some(name), "{word}");
        }
        assert_eq!(meant("cannot tell").map(|(name, _)| *name), Some("inconclusive"));
        assert_eq!(meant("nonsense"), None);
        // A report says these without saying what they are.
        for (word, name) in
            [("L1", "level"), ("MSER-5", "mser-5"), ("adjusted p", "adjusted-p"), ("would be seen", "would-be-seen")]
        {
            assert_eq!(meant(word).map(|(name, _)| *name), Some(name), "{word}");
        }
    }

    /// `explain p59` printed what p95 is, and p195 was explained too.
    #[test]
    fn another_percentile_is_explained_by_its_own_share() {
        let told = |word: &str| said(word, *meant(word).unwrap());
        let (name, text) = told("p59");
        assert!(name == "p59" && text.contains("at least 59 % of requests") && !text.contains("1 in 20"), "{text}");
        assert_eq!(told("p95").1, meant("p95").unwrap().1);
        assert_eq!(told("percentile").0, "p95");
        assert_eq!(meant("p195"), None);
    }

    #[test]
    fn every_other_word_leads_somewhere() {
        for (word, _) in SAME {
            assert!(meant(word).is_some(), "{word}");
        }
    }
}
