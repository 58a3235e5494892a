//! The words of enums in files.

use chrono::Weekday;

use crate::domain::{
    BlockingPairs, DeliveryOffer, LicenceRule, RequirementCategory, Role, SessionKind,
    UnrankedSites, weekday_word,
};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $kind:ty = $word:path, $($value:expr),+;)+) => {$(
        $(#[$doc])*
        pub(super) const $name: [(&str, $kind); [$($value),+].len()] =
            [$(($word($value), $value)),+];
    )+};
}

words! {
    /// `mon` to `sun`.
    WEEKDAYS: Weekday = weekday_word,
        Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat,
        Weekday::Sun;
    /// Roles of supervisors.
    ROLES: Role = Role::as_str, Role::Site, Role::Faculty;
    /// How supervisors meet trainees.
    DELIVERIES: DeliveryOffer = DeliveryOffer::as_str,
        DeliveryOffer::InPerson, DeliveryOffer::Video, DeliveryOffer::Both;
    /// Kinds of session.
    KINDS: SessionKind = SessionKind::as_str,
        SessionKind::Individual, SessionKind::Triadic, SessionKind::Group;
    /// What minutes are spent on.
    REQUIREMENT_CATEGORIES: RequirementCategory = RequirementCategory::as_str,
        RequirementCategory::Contact, RequirementCategory::Individual,
        RequirementCategory::Triadic, RequirementCategory::Group, RequirementCategory::Other;
    /// Where the supervisor of a line must be licensed.
    LICENCE_RULES: LicenceRule = licence_word, LicenceRule::Jurisdiction, LicenceRule::Any;
    /// What happens to sites that a trainee did not rank.
    UNRANKED_SITES: UnrankedSites = unranked_word,
        UnrankedSites::Forbidden, UnrankedSites::Last;
    /// Whether trainees and sites may block a plan.
    BLOCKING_PAIRS: BlockingPairs = BlockingPairs::as_str,
        BlockingPairs::Allowed, BlockingPairs::Forbidden;
}

/// Returns the word for a licence rule.
pub(super) const fn licence_word(rule: LicenceRule) -> &'static str {
    match rule {
        LicenceRule::Jurisdiction => "jurisdiction",
        LicenceRule::Any => "any",
    }
}

/// Returns the word for what happens to unranked sites.
pub(super) const fn unranked_word(unranked: UnrankedSites) -> &'static str {
    match unranked {
        UnrankedSites::Forbidden => "forbidden",
        UnrankedSites::Last => "last",
    }
}
