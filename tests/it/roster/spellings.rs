//! A roster means the same in whatever spelling it comes.

use practicum::roster::{
    FolderFiles, GenerateOptions, Regions, generate, read_roster, roster_hash, write_roster,
};
use proptest::prelude::*;

use super::small::{edited, files, mistakes};

/// How a table is spelt.
#[derive(Clone, Copy, Debug)]
struct Spelling {
    separator: char,
    line_end: &'static str,
    has_mark: bool,
    quotes_all: bool,
    blanks: bool,
    blank_lines: usize,
    /// Rows begin with this one.
    turned_by: usize,
    reversed: bool,
    columns_turned_by: usize,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    (
        prop_oneof![Just(','), Just(';'), Just('\t')],
        prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        any::<[bool; 4]>(),
        0_usize..3,
        0_usize..1000,
        0_usize..20,
    )
        .prop_map(
            |(separator, line_end, flags, blank_lines, turn, columns)| Spelling {
                separator,
                line_end,
                has_mark: flags[0],
                quotes_all: flags[1],
                blanks: flags[2],
                blank_lines,
                turned_by: turn,
                reversed: flags[3],
                columns_turned_by: columns,
            },
        )
}

impl Spelling {
    fn respell(self, files: &FolderFiles) -> FolderFiles {
        let mut respelt = FolderFiles::default();
        for (name, bytes) in files.iter() {
            let bytes = if name.ends_with(".csv") {
                self.table(bytes)
            } else {
                self.marked(std::str::from_utf8(bytes).unwrap())
            };
            respelt.insert(name, bytes);
        }
        respelt
    }

    fn table(self, bytes: &[u8]) -> Vec<u8> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes);
        let mut rows: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        for row in &mut rows {
            let by = self.columns_turned_by % row.len();
            row.rotate_left(by);
        }
        let body = &mut rows[1..];
        if !body.is_empty() {
            let by = self.turned_by % body.len();
            body.rotate_left(by);
        }
        if self.reversed {
            body.reverse();
        }
        let mut text = String::new();
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| self.cell(cell)).collect();
            text.push_str(&cells.join(&self.separator.to_string()));
            text.push_str(self.line_end);
        }
        text.push_str(&self.line_end.repeat(self.blank_lines));
        self.marked(&text)
    }

    fn cell(self, cell: &str) -> String {
        let must_quote = cell.contains([self.separator, '"', ',', ';']);
        if self.quotes_all || must_quote {
            let inner = cell.replace('"', "\"\"");
            return format!("\"{inner}\"");
        }
        if self.blanks {
            return format!(" {cell}  ");
        }
        cell.to_owned()
    }

    fn marked(self, text: &str) -> Vec<u8> {
        let mark = if self.has_mark { "\u{feff}" } else { "" };
        format!("{mark}{text}").into_bytes()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_generated_roster_reads_equal_in_every_spelling(
        spelling in spelling(),
        trainees in 1_u32..40,
        seed: u64,
        world: bool,
    ) {
        let regions = if world { Regions::World } else { Regions::Us };
        let options = GenerateOptions::new(trainees, seed, regions).unwrap();
        let roster = generate(&options).unwrap();
        let canonical = write_roster(&roster);
        let again = read_roster(&spelling.respell(&canonical)).unwrap();
        prop_assert_eq!(&again, &roster);
        prop_assert_eq!(roster_hash(&again), roster_hash(&roster));
        prop_assert_eq!(write_roster(&again), canonical);
    }

    #[test]
    fn the_small_roster_reads_equal_in_every_spelling(spelling in spelling()) {
        let roster = read_roster(&files()).unwrap();
        let again = read_roster(&spelling.respell(&files())).unwrap();
        prop_assert_eq!(&again, &roster);
        prop_assert_eq!(read_roster(&write_roster(&again)).unwrap(), roster);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, place in 0_usize..13) {
        let mut files = files();
        let name = files.iter().nth(place).unwrap().0.to_owned();
        files.insert(&name, bytes);
        let _ = read_roster(&files);
    }
}

#[test]
fn rows_are_numbered_alike_for_every_line_end() {
    for line_end in ["\n", "\r\n", "\r"] {
        let mut files = edited(&[("preferences.csv", "site-2,2", "site-2,0")]);
        let text = String::from_utf8(files.get("preferences.csv").unwrap().to_vec()).unwrap();
        // A line without text before the header and one in the middle count.
        let text = format!("\n{}", text.replacen("tr-1", "\ntr-1", 1));
        files.insert("preferences.csv", text.replace('\n', line_end).into_bytes());
        let errors = read_roster(&files).unwrap_err();
        assert_eq!(errors.as_slice()[0].row, Some(5), "{line_end:?}");
    }
}

#[test]
fn a_list_in_a_file_with_semicolons_must_be_quoted() {
    let unquoted = "id;name;email;time_zone;role;sites;delivery;caseload_max;caseload_current;\
                    minutes_per_week_max;kinds;group_size_max;languages\n\
                    sup-1;Ada;;UTC;site;site-1;both;5;1;300;individual;triadic;0;en\n";
    let mut files = files();
    files.insert("supervisors.csv", unquoted.into());
    let errors = read_roster(&files).unwrap_err();
    assert!(
        errors.as_slice().iter().any(|error| {
            error.row == Some(2) && error.message.contains("a list, must be quoted")
        })
    );
}

#[test]
fn the_hash_follows_the_meaning() {
    let hash = |files: &FolderFiles| roster_hash(&read_roster(files).unwrap());
    let before = hash(&files());
    assert_eq!(before.len(), 64);
    assert_eq!(
        hash(&edited(&[("sites.csv", "cbt;dbt", "dbt;cbt")])),
        before
    );
    assert_eq!(hash(&edited(&[("program.toml", "10.0", "10")])), before);
    assert_ne!(
        hash(&edited(&[("sites.csv", ",4,1200", ",3,1200")])),
        before
    );
}

#[test]
fn decimals_are_exact_and_the_ratio_may_be_absent() {
    for (text, thousandths) in [
        ("10.0", 10_000),
        ("10", 10_000),
        ("0.125", 125),
        ("2.50", 2500),
    ] {
        let roster = read_roster(&edited(&[("program.toml", "10.0", text)])).unwrap();
        let ratio = roster.round.ratio.unwrap();
        assert_eq!(
            ratio.contact_per_supervision_max.get(),
            thousandths,
            "{text}"
        );
    }
    let cut = "[ratio]\ncontact_per_supervision_max = 10.0\ngroup_credit = 0.5\n";
    let roster = read_roster(&edited(&[("program.toml", cut, "")])).unwrap();
    assert_eq!(roster.round.ratio, None);
    assert_eq!(read_roster(&write_roster(&roster)).unwrap(), roster);
}

#[test]
fn availability_is_known_to_be_absent() {
    let mut none = files();
    none.remove("availability.csv");
    assert!(!read_roster(&none).unwrap().has_availability);
    none.insert(
        "availability.csv",
        b"owner,owner_id,weekday,start,end\n".to_vec(),
    );
    let header_only = read_roster(&none).unwrap();
    assert!(header_only.has_availability);
    assert_eq!(
        read_roster(&write_roster(&header_only)).unwrap(),
        header_only
    );
}

#[test]
fn names_with_every_sign_survive() {
    let name = "O'Brien; \\\"Ana\\\" \\\\ =1+1, Süd";
    let edits = [
        ("program.toml", "\"Program\"", format!("\"{name}\"")),
        (
            "sites.csv",
            "First Clinic",
            "\"a \"\"b\"\", c; d\"".to_owned(),
        ),
    ];
    let edits: Vec<(&str, &str, &str)> = edits
        .iter()
        .map(|(file, from, to)| (*file, *from, to.as_str()))
        .collect();
    assert_eq!(mistakes(&edits), [""; 0]);
    let roster = read_roster(&edited(&edits)).unwrap();
    assert_eq!(roster.program.name, "O'Brien; \"Ana\" \\ =1+1, Süd");
    assert_eq!(roster.sites[0].name, "a \"b\", c; d");
    assert_eq!(read_roster(&write_roster(&roster)).unwrap(), roster);
}
