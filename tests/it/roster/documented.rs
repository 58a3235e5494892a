//! The page about the format tells the truth.

use std::fs;
use std::path::Path;

use practicum::roster::{FolderFiles, ROSTER_FILES, advise, read_roster, write_roster};

use super::small;

fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join("docs/roster-format.md")).unwrap()
}

/// Returns the blocks of the page that carry the name of a file.
fn example() -> FolderFiles {
    let mut files = FolderFiles::default();
    for block in page().split("```").skip(1).step_by(2) {
        let (head, text) = block.split_once('\n').unwrap();
        if let Some((_, name)) = head.split_once(' ') {
            files.insert(name, text.into());
        }
    }
    files
}

#[test]
fn the_example_of_the_page_is_a_roster_without_advice() {
    let roster = read_roster(&example()).unwrap();
    assert_eq!(roster.trainees.len(), 3);
    assert_eq!(roster.supervisors.len(), 2);
    assert_eq!(advise(&roster), [""; 0]);
}

#[test]
fn the_page_names_every_file_and_every_column() {
    let page = page();
    for name in ROSTER_FILES {
        assert!(page.contains(name), "{name}");
    }
    let roster = read_roster(&small::files()).unwrap();
    for (name, bytes) in write_roster(&roster).iter() {
        let text = std::str::from_utf8(bytes).unwrap();
        for column in text.lines().next().unwrap().split(',') {
            let is_toml = name == "program.toml";
            assert!(
                is_toml || page.contains(&format!("`{column}`")),
                "{name} {column}"
            );
        }
    }
}
