use super::*;

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn request(inputs: &[String]) -> Request {
    Request { inputs: inputs.to_vec(), ..Request::default() }
}

#[test]
fn a_folder_is_walked_in_order_and_what_is_left_out_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    for name in ["b/out.json", "a/out.json", "a/plimsoll.toml", "plimsoll.toml", ".git/x.csv", "tmp/deep/x.csv"] {
        write(folder.path(), name, "x");
    }
    write(folder.path(), "old-report/report.json", r#"{"schema": "plimsoll/1"}"#);
    write(folder.path(), "old-report/raw.csv", "x");
    write(folder.path(), "plimsoll-report/report.json", r#"{"schema": "plimsoll/1"}"#);
    write(folder.path(), "plimsoll-report/endpoints.csv", "x");
    let found = find(&Request { excludes: vec!["tmp/**".into()], ..request(&[format!("{root}/")]) }).unwrap();
    let within = |source: &str| source.strip_prefix(root).unwrap().to_owned();
    let files: Vec<String> = found.files.iter().map(|file| within(&file.source)).collect();
    assert_eq!(files, ["/a/out.json", "/b/out.json"]);
    let mut skipped: Vec<String> = found.skipped.iter().map(|(source, _)| within(source)).collect();
    skipped.sort();
    assert_eq!(skipped, ["/.git", "/a/plimsoll.toml", "/old-report", "/plimsoll.toml", "/tmp/deep"]);
    assert_eq!(found.files[0].folders.len(), 2);
}

/// Opening it, a folder with a named pipe hung for ever.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_passed_over_and_a_pipe_that_was_read_counts() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "raw.csv", "x");
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("control")).unwrap();
    let root = folder.path().to_str().unwrap().to_owned();
    let found = find(&request(&[root])).unwrap();
    assert_eq!((found.files.len(), found.skipped.len()), (1, 1));
    assert!(found.skipped[0].1.contains("a pipe, socket or device"));
    let pipes = [("/dev/fd/63".to_owned(), b"a,b".into())].into();
    let found = find(&Request { pipes, ..request(&["/dev/fd/63".to_owned()]) }).unwrap();
    assert_eq!((found.files[0].bytes, found.files[0].named), (3, true));
}

/// A link to the folder above was walked to the bottom, twenty folders deep, and each file had the name of the deepest.
#[cfg(unix)]
#[test]
fn links_lead_nowhere_that_was_entered_and_names_are_the_true_ones() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path().join("runs");
    write(&within, "b/out.json", "x");
    write(folder.path(), "elsewhere/far.json", "x");
    symlink("..", within.join("a-loop")).unwrap();
    symlink("b", within.join("a-latest")).unwrap();
    symlink("b/out.json", within.join("a.json")).unwrap();
    symlink("../elsewhere", within.join("c-far")).unwrap();
    symlink("../runs", folder.path().join("elsewhere/back")).unwrap();
    let root = within.to_str().unwrap().to_owned();
    let found = find(&request(std::slice::from_ref(&root))).unwrap();
    let inner = |source: &String| source.strip_prefix(&root).unwrap().to_owned();
    let files: Vec<String> = found.files.iter().map(|file| inner(&file.source)).collect();
    assert_eq!(files, ["/b/out.json", "/c-far/far.json"]);
    let skipped: Vec<_> = found.skipped.iter().map(|(source, why)| (inner(source), why.as_str())).collect();
    let around = "a link to a folder that it lies in";
    let twice = "a link to a folder that is read by its own name";
    assert_eq!(skipped, [("/a-latest".into(), twice), ("/a-loop".into(), around), ("/c-far/back".into(), around)]);
}

#[test]
fn a_file_named_twice_and_in_its_folder_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "out.json", "x");
    let root = folder.path().to_str().unwrap().to_owned();
    let found = find(&request(&[root.clone(), format!("{root}/out.json"), format!("{root}/*.json")])).unwrap();
    assert_eq!(found.files.len(), 1);
    assert!(found.files[0].named);
}

#[test]
fn what_is_not_there_is_an_error_with_its_name() {
    let error = find(&request(&["results/nothing.csv".into()])).unwrap_err();
    assert_eq!(error.place.unwrap().source, "results/nothing.csv");
    assert!(find(&request(&["-".into()])).is_err());
}
