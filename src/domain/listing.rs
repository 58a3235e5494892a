//! Lists of records: in which order, through which filter, and which page. A
//! filter holds where all of its parts that are set hold.

use chrono::NaiveDate;

use super::{Key, PageRequest, Role, RuleSet, RunState, SiteKey, Tag, ZoneName};

/// By what a list is ordered. Records that are alike in it follow one another
/// by key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderBy {
    /// By key, byte by byte.
    #[default]
    Key,
    /// By the name shown to people, byte by byte; runs, which have none, by
    /// the key of their round.
    Name,
    /// By the second of the last change.
    UpdateTime,
}

impl OrderBy {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::Key, Self::Name, Self::UpdateTime];
}

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListOrder {
    /// By what.
    pub by: OrderBy,
    /// Whether the greatest comes first.
    pub is_descending: bool,
}

/// Which part of a list is wanted, through which filter and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRequest<F> {
    /// Which part.
    pub page: PageRequest,
    /// In which order; a page after another must keep it.
    pub order: ListOrder,
    /// What is listed; a page after another must keep it.
    pub filter: F,
}

impl<F: Default> ListRequest<F> {
    /// Returns the first page, of the largest size, of everything by key.
    pub fn largest() -> Self {
        Self {
            page: PageRequest::largest(),
            ..Self::default()
        }
    }
}

/// Which sites are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteFilter {
    /// Those of a jurisdiction.
    pub jurisdiction: Option<Tag>,
    /// Those of a kind of setting.
    pub setting: Option<Tag>,
    /// Those in a zone.
    pub time_zone: Option<ZoneName>,
}

/// Which supervisors are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupervisorFilter {
    /// Those of a role.
    pub role: Option<Role>,
    /// Those who work at a site.
    pub site: Option<SiteKey>,
    /// Those in a zone.
    pub time_zone: Option<ZoneName>,
}

/// Which trainees are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraineeFilter {
    /// Those of a level of training.
    pub level: Option<Tag>,
    /// Those who will be licensed in a jurisdiction.
    pub jurisdiction: Option<Tag>,
    /// Those in a zone.
    pub time_zone: Option<ZoneName>,
}

/// Which rounds are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundFilter {
    /// Those whose term has a day.
    pub day: Option<NaiveDate>,
}

/// Which rule sets are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSetFilter {
    /// Those that are law in a jurisdiction.
    pub jurisdiction: Option<Tag>,
    /// Those that are in force on a day.
    pub day: Option<NaiveDate>,
}

impl RuleSetFilter {
    /// Says whether a rule set passes.
    pub fn admits(&self, set: &RuleSet) -> bool {
        let is_there = |tag: &Tag| set.jurisdiction.as_ref() == Some(tag);
        let is_then = |day: NaiveDate| {
            set.effective_from.is_none_or(|from| from <= day)
                && set.effective_until.is_none_or(|until| day <= until)
        };
        self.jurisdiction.as_ref().is_none_or(is_there) && self.day.is_none_or(is_then)
    }
}

/// Which runs are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Those of a round.
    pub round: Option<Key>,
    /// Those in a state.
    pub state: Option<RunState>,
    /// Those with a plan, or those without.
    pub has_plan: Option<bool>,
}
