//! Reads a compiled zone file (TZif, RFC 9636): instants at which the offset
//! changes, and a rule in its footer for all time after them.
//!
//! Names and daylight-saving flags of a file are not looked at: an offset is
//! all that Practicum uses, and sound files of `zic` differ in the rest.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::time::{UtcSecond, ZoneRules};

/// No zone is further from UTC than this, in seconds.
const OFFSET_MAX: i32 = 26 * 3600;
/// Bytes of a header.
const HEADER: usize = 44;

/// What one file says about a zone.
#[derive(Clone, Debug)]
pub(super) struct ZoneFile {
    /// Offset from UTC in seconds before the first change.
    first_offset: i32,
    /// Instants at which another offset begins, ascending.
    changes: Vec<(i64, i32)>,
    /// What holds after the last change; without it the last offset stays.
    afterwards: Option<TimeZone>,
}

/// Why a file is not a sound zone file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Damage {
    #[error("it is not a TZif file")]
    NotTzif,
    #[error("it ends too early")]
    Truncated,
    #[error("it has no kind of local time")]
    NoLocalTime,
    #[error("a change leads to a kind of local time that it does not have")]
    UnknownLocalTime,
    #[error("its changes are not in order")]
    Disordered,
    #[error("an offset of {0} seconds from UTC is not possible")]
    Offset(i32),
    #[error("the rule at its end cannot be read: {0}")]
    Footer(String),
    #[error("it counts leap seconds; take the files beside the folder `right`, not those in it")]
    LeapSeconds,
}

impl ZoneFile {
    /// Reads the bytes of a file.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Damage> {
        let mut reader = Reader { rest: bytes };
        let header = reader.header()?;
        if header.version < b'2' {
            return reader.body(&header, 4);
        }
        // The first body is for old programs; a header and a body with wider
        // instants follow it, and a rule for what comes after.
        reader.take(header.body_len(4))?;
        let header = reader.header()?;
        let mut zone = reader.body(&header, 8)?;
        zone.afterwards = reader.footer()?;
        Ok(zone)
    }

    /// Returns the rules between two instants in seconds since 1970.
    pub(super) fn rules(&self, first: i64, last: i64) -> ZoneRules {
        let begun = self.changes.partition_point(|(at, _)| *at <= first);
        let mut changes: Vec<(UtcSecond, i32)> = self.changes[begun..]
            .iter()
            .take_while(|(at, _)| *at <= last)
            .map(|(at, offset)| (UtcSecond(*at), *offset))
            .collect();
        let known_until = self.changes.last().map(|(at, _)| *at);
        let mut first_offset = match begun.checked_sub(1) {
            None => self.first_offset,
            Some(passed) => self.changes[passed].1,
        };
        if let Some(afterwards) = &self.afterwards {
            let from = known_until.map_or(first, |at| at.max(first));
            let from = Timestamp::from_second(from).unwrap_or(Timestamp::MAX);
            if known_until.is_none_or(|at| at <= first) {
                first_offset = afterwards.to_offset(from).seconds();
            }
            changes.extend(
                afterwards
                    .following(from)
                    .map(|change| {
                        let at = UtcSecond(change.timestamp().as_second());
                        (at, change.offset().seconds())
                    })
                    .take_while(|(at, _)| at.0 <= last),
            );
        }
        ZoneRules::new(first_offset, changes)
    }
}

/// The counts that a body is laid out by.
struct Header {
    version: u8,
    ut_flags: usize,
    standard_flags: usize,
    leap_seconds: usize,
    changes: usize,
    kinds: usize,
    name_bytes: usize,
}

impl Header {
    /// Returns the bytes of the body, whose instants have that many bytes.
    fn body_len(&self, instant: usize) -> usize {
        let changes = self.changes.saturating_mul(instant + 1);
        let kinds = self.kinds.saturating_mul(6);
        let leap_seconds = self.leap_seconds.saturating_mul(instant + 4);
        [
            changes,
            kinds,
            leap_seconds,
            self.name_bytes,
            self.standard_flags,
            self.ut_flags,
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(Damage::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn header(&mut self) -> Result<Header, Damage> {
        if !self.rest.starts_with(b"TZif") {
            return Err(Damage::NotTzif);
        }
        let header = self.take(HEADER)?;
        let mut counts = header[20..].chunks_exact(4).map(big_endian);
        let mut count = || -> Result<usize, Damage> {
            let count = counts.next().ok_or(Damage::Truncated)?;
            usize::try_from(count).map_err(|_| Damage::Truncated)
        };
        let header = Header {
            version: header[4],
            ut_flags: count()?,
            standard_flags: count()?,
            leap_seconds: count()?,
            changes: count()?,
            kinds: count()?,
            name_bytes: count()?,
        };
        if header.leap_seconds > 0 {
            return Err(Damage::LeapSeconds);
        }
        Ok(header)
    }

    fn body(&mut self, header: &Header, instant: usize) -> Result<ZoneFile, Damage> {
        let mut body = Reader {
            rest: self.take(header.body_len(instant))?,
        };
        let instants = body.take(header.changes * instant)?;
        let kind_of_change = body.take(header.changes)?;
        let kinds = body.take(header.kinds * 6)?;
        let offsets: Vec<i32> = kinds
            .chunks_exact(6)
            .map(|kind| offset(&kind[..4]))
            .collect::<Result<_, Damage>>()?;

        let mut changes = Vec::with_capacity(header.changes);
        for (at, kind) in instants.chunks_exact(instant).zip(kind_of_change) {
            let offset = offsets
                .get(usize::from(*kind))
                .ok_or(Damage::UnknownLocalTime)?;
            changes.push((big_endian(at), *offset));
        }
        if !changes.is_sorted_by(|earlier, later| earlier.0 < later.0) {
            return Err(Damage::Disordered);
        }
        Ok(ZoneFile {
            first_offset: *offsets.first().ok_or(Damage::NoLocalTime)?,
            changes,
            afterwards: None,
        })
    }

    /// Reads the rule between two line ends; an empty one says nothing.
    fn footer(&mut self) -> Result<Option<TimeZone>, Damage> {
        let inner = self.rest.strip_prefix(b"\n").ok_or(Damage::Truncated)?;
        let end = inner.iter().position(|byte| *byte == b'\n');
        let rule = &inner[..end.ok_or(Damage::Truncated)?];
        if rule.is_empty() {
            return Ok(None);
        }
        let unreadable = |reason: String| Damage::Footer(reason);
        let rule = std::str::from_utf8(rule).map_err(|error| unreadable(error.to_string()))?;
        TimeZone::posix(rule)
            .map(Some)
            .map_err(|error| unreadable(error.to_string()))
    }
}

/// Returns a signed number of four or eight bytes.
fn big_endian(bytes: &[u8]) -> i64 {
    let first = bytes
        .first()
        .map_or(0, |byte| i64::from(byte.cast_signed()));
    bytes
        .iter()
        .skip(1)
        .fold(first, |number, byte| (number << 8) | i64::from(*byte))
}

fn offset(bytes: &[u8]) -> Result<i32, Damage> {
    let seconds = i32::try_from(big_endian(bytes)).map_err(|_| Damage::Truncated)?;
    if (1 - OFFSET_MAX..OFFSET_MAX).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(Damage::Offset(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of the later kind: changes, kinds and a rule.
    fn file(changes: &[(i64, u8)], offsets: &[i32], rule: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for counts in [
            [0, 0, 0, 0, 1, 1],
            [0, 0, 0, changes.len(), offsets.len(), 1],
        ] {
            bytes.extend(b"TZif2");
            bytes.extend([0; 15]);
            for count in counts {
                bytes.extend(u32::try_from(count).unwrap().to_be_bytes());
            }
            if bytes.len() == HEADER {
                bytes.extend([0; 7]);
            }
        }
        bytes.extend(changes.iter().flat_map(|(at, _)| at.to_be_bytes()));
        bytes.extend(changes.iter().map(|(_, kind)| *kind));
        for offset in offsets {
            bytes.extend(offset.to_be_bytes());
            bytes.extend([0, 0]);
        }
        bytes.push(0);
        bytes.extend(format!("\n{rule}\n").bytes());
        bytes
    }

    fn damage(bytes: &[u8]) -> Damage {
        ZoneFile::parse(bytes).unwrap_err()
    }

    #[test]
    fn reads_changes_and_the_rule_after_them() {
        let bytes = file(
            &[(-5, 1), (100, 0)],
            &[3600, -7200],
            "<+01>-1<+02>,M3.5.0,M10.5.0",
        );
        let zone = ZoneFile::parse(&bytes).unwrap();
        let early = zone.rules(-10, 50);
        assert_eq!(
            (early.first_offset(), early.changes()),
            (3600, &[(UtcSecond(-5), -7200)][..])
        );
        let later = zone.rules(0, 86_400 * 364);
        assert_eq!(later.first_offset(), -7200);
        // Back at 100 seconds, then summer from March to October of 1970.
        let offsets: Vec<i32> = later.changes().iter().map(|(_, offset)| *offset).collect();
        assert_eq!(offsets, [3600, 7200, 3600]);
    }

    #[test]
    fn without_changes_the_rule_holds_for_all_time() {
        let zone = ZoneFile::parse(&file(&[], &[0], "<-03>3")).unwrap();
        assert_eq!(zone.rules(0, 10).first_offset(), -3 * 3600);
    }

    #[test]
    fn without_a_rule_the_last_offset_stays() {
        let zone = ZoneFile::parse(&file(&[(7, 1)], &[0, 900], "")).unwrap();
        let rules = zone.rules(86_400 * 20_000, 86_400 * 30_000);
        assert_eq!((rules.first_offset(), rules.changes()), (900, &[][..]));
    }

    #[test]
    fn refuses_what_is_not_sound() {
        assert_eq!(damage(b"no zone file"), Damage::NotTzif);
        assert_eq!(damage(&file(&[], &[], "UTC0")), Damage::NoLocalTime);
        assert_eq!(
            damage(&file(&[(1, 1)], &[0], "UTC0")),
            Damage::UnknownLocalTime
        );
        assert_eq!(
            damage(&file(&[(2, 0), (1, 0)], &[0], "UTC0")),
            Damage::Disordered
        );
        assert_eq!(
            damage(&file(&[], &[93_600], "UTC0")),
            Damage::Offset(93_600)
        );
        let footer = damage(&file(&[], &[0], "no rule"));
        assert!(matches!(footer, Damage::Footer(_)), "{footer}");
    }

    #[test]
    fn refuses_a_file_that_is_cut_anywhere() {
        let bytes = file(&[(1, 0), (2, 1)], &[0, 3600], "<+01>-1");
        for length in 0..bytes.len() {
            assert!(ZoneFile::parse(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_changed_byte_never_stops_the_program() {
        let sound = file(&[(1, 0), (2, 1)], &[0, 3600], "<+01>-1<+02>,M3.5.0,M10.5.0");
        for place in 0..sound.len() {
            for byte in [0, 1, 9, b'9', 0x7f, 0x80, 0xff] {
                let mut bytes = sound.clone();
                bytes[place] = byte;
                if let Ok(zone) = ZoneFile::parse(&bytes) {
                    zone.rules(0, 86_400 * 400);
                }
            }
        }
    }
}
