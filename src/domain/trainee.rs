//! Trainees.

use std::collections::BTreeSet;

use super::{Availability, Minutes, MinutesRange, Tag, TraineeKey, ZoneName};

/// Somebody who needs a placement and supervision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trainee {
    /// Key of the trainee.
    pub key: TraineeKey,
    /// Name shown to people.
    pub name: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// Zone of the trainee's windows and away days.
    pub time_zone: ZoneName,
    /// Level of training; decides the supervision lines.
    pub level: Tag,
    /// Where the trainee will be licensed.
    pub jurisdiction: Tag,
    /// How much a match counts, at least one.
    pub priority: u32,
    /// Weekly contact that the trainee can take on.
    pub contact: MinutesRange,
    /// Weekly contact wanted, inside `contact`; where the roster leaves it
    /// open it follows from the contact requirement.
    pub contact_target: Option<Minutes>,
    /// Modalities that the site must offer, all of them.
    pub modalities_required: BTreeSet<Tag>,
    /// Languages spoken; an empty set does not restrict.
    pub languages: BTreeSet<Tag>,
    /// Weekly windows and away days.
    pub availability: Availability,
}
