//! A Chromium that is installed, to print a page by.

use crate::error::{Error, Place};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Names under which it is found on PATH.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// A page that takes longer than this does not print.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Browser is a Chromium on this machine.
#[derive(Debug)]
pub(super) struct Browser {
    program: PathBuf,
}

/// The browser on PATH, or the one that CHROMIUM names.
///
/// # Errors
/// There is none.
pub(super) fn find() -> Result<Browser, Error> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    let found = named.into_iter().chain(on_path).find(|program| program.is_file());
    found.map(|program| Browser { program }).ok_or_else(|| {
        Error::usage("`--pdf` needs Chromium, and none is on PATH")
            .hint("install chromium, or name one in the variable CHROMIUM; or open signoff.html and print it")
    })
}

impl Browser {
    /// Prints a page to a file.
    ///
    /// # Errors
    /// It does not start, takes too long, or writes nothing.
    pub(super) fn print(&self, page: &Path, pdf: &Path) -> Result<(), Error> {
        let place = |path: &Path| Place::source(path.display().to_string());
        let failed = |what: String| Error::output(format!("Chromium did not print: {what}")).at(place(pdf));
        let url = page.canonicalize().map_err(|error| failed(error.to_string()))?;
        let profile = ScratchFolder::beside(pdf)?;
        let _ = std::fs::remove_file(pdf);
        // As root Chromium refuses to start with its sandbox. The page is our own, without script and without anything from
        // elsewhere, so it may be printed without one where there can be none.
        for sandbox in [true, false] {
            let mut child = self.start(&url, pdf, &profile, sandbox).map_err(|error| failed(error.to_string()))?;
            wait(&mut child).map_err(&failed)?;
            if pdf.is_file() {
                return Ok(());
            }
        }
        Err(failed("it ended without a file".to_owned()).hint("open signoff.html in a browser and print it"))
    }

    fn start(&self, page: &Path, pdf: &Path, profile: &ScratchFolder, sandbox: bool) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking"]);
        command.args(["--disable-component-update", "--disable-sync", "--no-pdf-header-footer"]);
        if !sandbox {
            command.arg("--no-sandbox");
        }
        command.arg(with("--user-data-dir=", &profile.path)).arg(with("--print-to-pdf=", pdf));
        command.arg(address(page)).env("HOME", &profile.path);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
    }
}

/// A file's address: what would end or change it is escaped.
fn address(page: &Path) -> String {
    let mut address = "file://".to_owned();
    for byte in page.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~:".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

fn with(option: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(option);
    text.push(path);
    text
}

/// Waits for its end; ends it itself when it takes too long.
fn wait(child: &mut Child) -> Result<(), String> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(_)) => return Ok(()),
            Ok(None) if start.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("it took more than a minute".to_owned());
            }
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// A folder for the browser's profile, removed with the value.
struct ScratchFolder {
    path: PathBuf,
}

impl ScratchFolder {
    fn beside(file: &Path) -> Result<Self, Error> {
        let name = format!(".chromium-{}", std::process::id());
        let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let made = std::fs::create_dir_all(folder.join(&name)).and_then(|()| folder.canonicalize());
        made.map(|folder| Self { path: folder.join(name) })
            .map_err(|error| Error::output(format!("cannot make a folder: {error}")))
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
