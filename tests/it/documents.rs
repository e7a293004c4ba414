//! Documents for people who have not started Syncdesk yet, and for its operators.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The section below a heading, as far as the next heading.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let below = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}")).1;
    below.split("\n## ").next().unwrap_or(below)
}

/// What it is, what it needs, the two commands, the settings, and what it looks like.
#[test]
fn the_readme_leads_from_a_clone_to_a_page() {
    let readme = read("README.md");
    let (about, _rest) = readme.split_once("\n## ").expect("sections");
    for word in ["every synchronization", "Synchronize now", "without JavaScript", "SQLite or Postgres"] {
        assert!(about.contains(word), "what it is: {word}");
    }
    let start = section(&readme, "Start");
    for word in ["Rust", "build-essential", "http://127.0.0.1:8080", "setup token"] {
        assert!(start.contains(word), "to begin: {word}");
    }
    let commands: Vec<&str> = start.split("```sh\n").skip(1).filter_map(|block| block.lines().next()).collect();
    assert!(commands.contains(&"cargo run --release") && commands.contains(&"tests/run"), "{commands:?}");
    assert!(section(&readme, "Settings").contains("`DATABASE_URL`"));
    let pictures: Vec<&str> = about
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|path| Path::new(path).extension() == Some("png".as_ref()))
        .collect();
    assert_eq!(pictures, ["templates-docs/overview.png", "templates-docs/run.png"]);
    for picture in pictures {
        let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(picture)).expect(picture);
        let width = u32::from_be_bytes(bytes[16..20].try_into().expect("4 bytes"));
        assert!(bytes.starts_with(b"\x89PNG") && width == 1280, "{picture} is a picture of {width} px");
        assert!((10_000..150_000).contains(&bytes.len()), "{picture} has {} bytes", bytes.len());
    }
}

/// The scripts that the documents name are there, and those without an extension can be called.
#[test]
fn the_scripts_exist() {
    let documents = ["README.md", "CONTRIBUTING.md", "tests/LIMITS.md"].map(read).concat();
    let words = documents.split(['`', ' ', '\n', '(', ')']).filter(|word| word.starts_with("tests/"));
    let named: BTreeSet<&str> = words.map(|word| word.trim_end_matches([',', '.', ':'])).collect();
    for needed in ["tests/run", "tests/judge", "tests/pictures", "tests/bench/run"] {
        assert!(named.contains(needed), "{needed} is in no document");
    }
    for name in named {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let file = path.metadata().unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_script = file.is_file() && path.extension().is_none();
        assert!(!is_script || file.permissions().mode() & 0o111 != 0, "{name} cannot be called");
    }
}

/// The README links to the figures, which name the command that prints each of them.
#[test]
fn the_readme_leads_to_the_figures_with_their_command() {
    assert!(read("README.md").contains("(templates-docs/figures.md)"));
    let figures = read("templates-docs/figures.md");
    assert!(figures.contains("`tests/bench/run`"));
    let script = read("tests/bench/figures.py");
    for (figure, words) in [
        ("start", "to first page"),
        ("page", "pages of the log"),
        ("store", "storing messages"),
        ("files", "small files"),
        ("checks", "checks of 10,000 systems"),
    ] {
        assert!(script.contains(&format!("\"{figure}\": {figure}")), "{figure}");
        assert!(figures.to_lowercase().contains(words), "{words}");
    }
}

/// The architecture in the module docs of lib.rs.
#[test]
fn every_module_is_in_the_architecture() {
    let library = read("src/lib.rs");
    let docs: Vec<&str> = library.lines().filter_map(|line| line.strip_prefix("//!")).collect();
    let names: Vec<&str> = docs.iter().flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric())).collect();
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("src");
    let folders = entries.map(|entry| entry.expect("an entry")).filter(|entry| entry.path().is_dir());
    let folders: Vec<String> = folders.map(|entry| entry.file_name().into_string().expect("UTF-8")).collect();
    assert!(folders.len() > 6, "{folders:?}");
    for folder in folders {
        assert!(names.contains(&folder.as_str()), "{folder} is not in the module docs of lib.rs");
    }
}

/// The rule that removes what interrupted uploads leave in a bucket, ready to be given to the service.
#[test]
fn the_guide_has_the_bucket_rule() {
    let guide = read("templates-docs/guide/operator.md");
    let section = section(&guide, "S3: unfinished uploads");
    let indented = section.lines().map(|line| line.strip_prefix("    ").unwrap_or(""));
    let block: Vec<&str> = indented.skip_while(|line| *line != "{").collect();
    let end = block.iter().position(|line| *line == "}").expect("the rule ends");
    let rule: serde_json::Value = serde_json::from_str(&block[..=end].join("\n")).expect("JSON");
    let rule = &rule["Rules"][0];
    assert_eq!(rule["Status"], "Enabled");
    assert_eq!(rule["Filter"]["Prefix"], "", "for everything in the bucket");
    assert!(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"].as_u64().is_some_and(|days| days > 0));
    assert!(section.contains("put-bucket-lifecycle-configuration"), "how it is set");
}

/// Each way to write one of several: `a::{b,c::{d,e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn each_of(proof: &str) -> Vec<String> {
    let Some((before, rest)) = proof.split_once('{') else { return vec![proof.to_owned()] };
    let (mut depth, mut parts, mut end) = (0_usize, vec![String::new()], rest.len());
    for (at, letter) in rest.char_indices() {
        match (letter, depth) {
            ('}', 0) => {
                end = at + 1;
                break;
            }
            (',', 0) => {
                parts.push(String::new());
                continue;
            }
            ('{', _) => depth += 1,
            ('}', _) => depth -= 1,
            _ => {}
        }
        parts.last_mut().expect("one").push(letter);
    }
    parts.iter().flat_map(|part| each_of(&format!("{before}{part}{}", &rest[end..]))).collect()
}

/// The modules and names of all tests, such as `queue::claims::a_run_is_claimed_once`: those of this program as it
/// lists them, the unit tests of the library as its sources have them.
fn all_tests() -> Vec<String> {
    let program = std::env::current_exe().expect("this program");
    let listed = std::process::Command::new(program).arg("--list").output().expect("it lists its tests").stdout;
    let listed = String::from_utf8(listed).expect("UTF-8");
    let mut found: Vec<String> =
        listed.lines().filter_map(|line| line.strip_suffix(": test")).map(without_tests).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let module = path.with_extension("");
            let module =
                module.strip_prefix(&root).expect("below the root").iter().map(|part| part.to_str().expect("UTF-8"));
            let module = module.filter(|part| *part != "mod").collect::<Vec<&str>>().join("::");
            let names = test_names(&fs::read_to_string(&path).expect("UTF-8"));
            found.extend(names.into_iter().map(|name| without_tests(&format!("{module}::{name}"))));
        }
    }
    found
}

/// A path of modules without those named `tests`, which LIMITS.md omits.
fn without_tests(path: &str) -> String {
    path.split("::").filter(|part| *part != "tests").collect::<Vec<&str>>().join("::")
}

/// The names of the functions with an attribute that makes them tests.
fn test_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for line in source.lines() {
        let code = line.trim_start();
        if code.starts_with("#[") {
            marked |= ["#[test]", "#[rstest", "#[case", "#[tokio::test", "#[actix_web::test"]
                .iter()
                .any(|mark| code.starts_with(mark));
            continue;
        }
        let Some(function) = code.strip_prefix("async ").unwrap_or(code).strip_prefix("fn ") else { continue };
        if std::mem::take(&mut marked) {
            names.extend(function.split(['(', '<']).next().map(ToOwned::to_owned));
        }
    }
    names
}

/// A proof that names a test or a module of tests names one that exists, by a path that leads there.
#[test]
fn the_proofs_exist() {
    let tests = all_tests();
    let limits = read("tests/LIMITS.md");
    let quoted = limits.split('`').skip(1).step_by(2).filter(|word| word.contains("::") && !word.contains(' '));
    let quoted = quoted.filter(|word| !word.starts_with("::") && !word.ends_with("::"));
    let mut missing = Vec::new();
    for proof in quoted.flat_map(each_of) {
        // A type, a macro.
        if proof.contains(|letter: char| letter.is_ascii_uppercase() || letter == '!') {
            continue;
        }
        let names = proof.split("::").filter(|name| !matches!(*name, "it" | "tests" | "…"));
        let path = format!("::{}", names.collect::<Vec<&str>>().join("::"));
        let leads_there =
            |test: &String| format!("::{test}").ends_with(&path) || format!("::{test}").contains(&format!("{path}::"));
        if !tests.iter().any(leads_there) {
            missing.push(proof);
        }
    }
    assert!(limits.len() > 2_000 && missing.is_empty(), "no such test: {missing:#?}");
}

/// A helper is no test, and neither is a name in a comment.
#[test]
fn only_tests_count_as_proofs() {
    let source = "fn helper() {}\n#[test]\nfn plain() {}\n\n#[test]\n#[expect(lint)]\n/// Why.\nasync fn marked() {\n    \
                  fn inner() {}\n}\nfn after() {}\n// fn named()\n";
    assert_eq!(test_names(source), ["plain", "marked"]);
}
