//! How good the zone data is: its version, where it came from, how old it is,
//! and whether it has every zone.

use std::path::Path;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::domain::ZoneName;
use crate::zone_data::{self, ZoneData};

const NEWER_FILES: &str = "point --tzdir or PRACTICUM_TZDIR to a folder of newer TZif files (see \
                           docs/time-zones.md), or install a newer practicum";

/// The zone data in use.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Version of the tz database; absent when the data cannot be used.
    version: Option<String>,
    #[serde(skip)]
    description: Option<String>,
    /// `embedded` or `folder`.
    origin: &'static str,
    folder: Option<String>,
    zones: usize,
    zones_known: usize,
}

impl Report {
    pub(super) fn line(&self) -> String {
        let (zones, known) = (self.zones, self.zones_known);
        match (&self.description, &self.folder) {
            (Some(text), _) => format!("{text}, {zones} of {known} known zone names"),
            (None, Some(folder)) => format!("cannot be used (from {folder})"),
            (None, None) => "cannot be used".to_owned(),
        }
    }
}

pub(super) fn examine(
    tzdir: Option<&Path>,
    today: NaiveDate,
    warnings: &mut Vec<String>,
    problems: &mut Vec<String>,
) -> Report {
    let zones_known = ZoneName::all().count();
    let data = zone_data::open(tzdir);
    let zones = data.as_ref().map_or(0, |data| {
        ZoneName::all().filter(|zone| data.has(*zone)).count()
    });
    match &data {
        Ok(data) => {
            warnings.extend(age_warning(data.version(), today));
            if zones < zones_known {
                warnings.push(format!(
                    "the zone data lacks {} known zone names; a roster that names one is refused",
                    zones_known - zones
                ));
            }
        }
        Err(error) => problems.push(error.to_string()),
    }
    Report {
        version: data.as_ref().ok().map(ZoneData::version).map(str::to_owned),
        description: data.as_ref().ok().map(ZoneData::describe),
        origin: if tzdir.is_some() {
            "folder"
        } else {
            "embedded"
        },
        folder: tzdir.map(|folder| folder.display().to_string()),
        zones,
        zones_known,
    }
}

/// Returns a warning when a version such as `2026f` is older than about a
/// year. A version tells its year only, so the middle of that year counts.
fn age_warning(version: &str, today: NaiveDate) -> Option<String> {
    let year = version.get(..4).and_then(|year| year.parse::<i32>().ok());
    let Some(year) = year else {
        return Some(format!(
            "the zone data does not say its version ({version}), so its age is unknown; a file \
             named `version` in the folder, holding a line such as 2026f, would say it"
        ));
    };
    let old = (today.year(), today.month()) >= (year + 1, 7);
    old.then(|| {
        format!(
            "the zone data {version} is older than about a year: sessions may lie an hour off \
             where clocks have changed their rules since; {NEWER_FILES}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_of_data_that_is_older_than_about_a_year() {
        let warning = |version, today: &str| age_warning(version, today.parse().unwrap());
        assert_eq!(warning("2026f", "2026-11-23"), None);
        assert_eq!(warning("2026f", "2027-06-30"), None);
        let old = warning("2026f", "2027-07-01").unwrap();
        assert!(old.contains("2026f") && old.contains("--tzdir"), "{old}");
        assert!(warning("2025b", "2026-11-23").is_some());
    }

    #[test]
    fn warns_of_data_whose_age_is_unknown() {
        let warning = age_warning("unknown (/zones)", "2026-11-23".parse().unwrap()).unwrap();
        assert!(warning.contains("/zones"), "{warning}");
    }
}
