//! Names of time zones. The names and their type are chrono-tz's; the rules of
//! a zone are never taken from there (see [`super::time`]).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono_tz::{TZ_VARIANTS, Tz};

/// The name of an IANA time zone. An alias is kept as it was typed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ZoneName(Tz);

impl Ord for ZoneName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for ZoneName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ZoneName {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Returns the name as it is written in the IANA database.
    pub fn as_str(self) -> &'static str {
        self.0.name()
    }

    /// Returns every known name.
    pub fn all() -> impl Iterator<Item = Self> {
        TZ_VARIANTS.iter().copied().map(Self)
    }
}

/// The name is not in the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    /// Known names, nearest first, at most three.
    pub nearest: Vec<&'static str>,
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an IANA time zone name such as America/New_York")?;
        if !self.nearest.is_empty() {
            write!(f, "; did you mean {}?", self.nearest.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownZone {}

impl FromStr for ZoneName {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        text.parse().map(Self).map_err(|_| UnknownZone {
            nearest: nearest_names(text),
        })
    }
}

/// Returns up to three known names that look most like the text. The city
/// counts as much as the whole, so `Vancouver` finds `America/Vancouver`.
fn nearest_names(text: &str) -> Vec<&'static str> {
    const ALIKE: f64 = 0.75;
    let wanted: String = text
        .trim()
        .chars()
        .take(64)
        .collect::<String>()
        .to_lowercase()
        .replace(' ', "_");
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let mut scored: Vec<(f64, &'static str)> = TZ_VARIANTS
        .iter()
        .map(|tz| {
            let name = tz.name().to_lowercase();
            let whole = strsim::jaro_winkler(&wanted, &name);
            let by_city = strsim::jaro_winkler(&city(&wanted), &city(&name));
            // An area such as "america" alone must not outweigh the city.
            (0.4 * whole + 0.6 * by_city, tz.name())
        })
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_an_alias_as_typed() {
        let zone: ZoneName = "US/Eastern".parse().unwrap();
        assert_eq!(zone.as_str(), "US/Eastern");
    }

    #[test]
    fn offers_the_nearest_names_for_an_unknown_one() {
        for (typed, meant) in [
            ("America/New_Yrok", "America/New_York"),
            ("america/new york", "America/New_York"),
            ("Vancouver", "America/Vancouver"),
            ("Europe/Lodnon", "Europe/London"),
        ] {
            let unknown = typed.parse::<ZoneName>().unwrap_err();
            assert_eq!(unknown.nearest.first(), Some(&meant), "{typed}");
        }
        assert!("Q".parse::<ZoneName>().unwrap_err().nearest.is_empty());
    }
}
