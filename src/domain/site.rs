//! Placement sites.

use std::collections::BTreeSet;

use super::{Availability, DayRange, Minutes, MinutesRange, SiteKey, Tag, ZoneName};

/// A place where trainees see clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Key of the site.
    pub key: SiteKey,
    /// Name shown to people.
    pub name: String,
    /// Zone of the opening hours and of in-person sessions held here.
    pub time_zone: ZoneName,
    /// Where the site lies, for the law that holds there.
    pub jurisdiction: Tag,
    /// Kind of setting, such as `school`.
    pub setting: Tag,
    /// Least trainees that the site must get; zero when it needs none.
    pub capacity_min: u32,
    /// Most trainees that the site takes.
    pub capacity: u32,
    /// Client contact that the site can offer in a week, over all trainees.
    pub contact_per_week: Minutes,
    /// Weekly contact that one trainee gets here.
    pub contact: MinutesRange,
    /// Days on which the placement agreement holds, both included.
    pub agreement: DayRange,
    /// Modalities that can be practised here.
    pub modalities: BTreeSet<Tag>,
    /// Languages spoken here; an empty set does not restrict.
    pub languages: BTreeSet<Tag>,
    /// Opening hours and closed days.
    pub opening: Availability,
}
