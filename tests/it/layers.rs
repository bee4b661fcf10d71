//! The layers point one way, files stay small, and nothing in the repository names a machine.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up: a layer uses only those before it. `error`, `unit` and `fmt` are the ground that all stand on.
const LAYERS: [&str; 17] = [
    "unit", "fmt", "error", "quantity", "model", "ingest", "rollup", "assemble", "analyse", "compare", "borrowed",
    "config", "judge", "report", "store", "render", "cli",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(sources(&entry));
        } else if entry.extension().is_some_and(|end| end == "rs") {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// The part of a file that is the product: its tests may use what they like.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// A file of tests alone: `tests.rs`, `split_tests.rs`.
fn is_tests(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with("tests.rs"))
}

fn layer_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix("src").ok()?;
    let first = inside.components().next()?.as_os_str().to_string_lossy().into_owned();
    Some(first.trim_end_matches(".rs").to_owned())
}

#[test]
fn layers_point_one_way() {
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let layer = layer_of(&path).unwrap();
        if matches!(layer.as_str(), "lib" | "main") || is_tests(&path) {
            continue;
        }
        let own = LAYERS.iter().position(|known| *known == layer);
        let Some(own) = own else {
            wrong.push(format!("{}: `{layer}` is no layer; add it to the list in its place", path.display()));
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in product(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            for used in code.split("crate::").skip(1) {
                let name: String =
                    used.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                if LAYERS.iter().position(|known| *known == name).is_some_and(|at| at > own) {
                    wrong.push(format!(
                        "{}:{}: `{layer}` uses `{name}`, which lies above it",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_stay_small() {
    let long: Vec<String> = sources(Path::new("src"))
        .into_iter()
        .filter_map(|path| {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            (lines > 400).then(|| format!("{}: {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "files over 400 lines, each perhaps two rooms in one:\n{}", long.join("\n"));
}

#[test]
fn input_and_output_stay_at_the_doors() {
    let doors = [
        "src/ingest/input.rs",
        "src/ingest/plain.rs",
        "src/assemble/",
        "src/store/",
        "src/config/mod.rs",
        "src/cli/",
        "src/main.rs",
    ];
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        if doors.iter().any(|door| name.starts_with(door))
            || name.ends_with("tests.rs")
            || name.ends_with("handbook.rs")
        {
            continue;
        }
        for (number, line) in product(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            if ["std::fs::", "use std::fs;", "SystemTime::now", "println!", "eprintln!"]
                .iter()
                .any(|word| code.contains(word))
            {
                wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "only the doors touch files, clocks and streams:\n{}", wrong.join("\n"));
}
