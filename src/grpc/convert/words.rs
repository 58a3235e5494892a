//! The enums of the contract and those of the domain.

use chrono::Weekday;

use super::super::pb;
use crate::domain::plan::LevelStatus;
use crate::domain::{
    BlockingPairs, DeliveryOffer, LicenceRule, Objective, RequirementCategory, Role, RunState,
    SessionKind, UnrankedSites,
};

macro_rules! words {
    ($($write:ident $(, $read:ident)?: $message:ty = $domain:ty { $($there:ident = $here:ident),+ $(,)? })+) => {$(
        words!(@read $($read)? $message = $domain { $($there = $here),+ });

        /// Returns the number of a value on the wire.
        pub(in super::super) fn $write(value: $domain) -> i32 {
            i32::from(match value {
                $(<$domain>::$here => <$message>::$there,)+
            })
        }
    )+};
    (@read $read:ident $message:ty = $domain:ty { $($there:ident = $here:ident),+ }) => {
        /// Returns the value of a name; `None` when none was given.
        pub(in super::super) fn $read(name: $message) -> Option<$domain> {
            match name {
                <$message>::Unspecified => None,
                $(<$message>::$there => Some(<$domain>::$here),)+
            }
        }
    };
    (@read $message:ty = $domain:ty { $($there:ident = $here:ident),+ }) => {};
}

words! {
    weekday, read_weekday: pb::Weekday = Weekday {
        Monday = Mon, Tuesday = Tue, Wednesday = Wed, Thursday = Thu, Friday = Fri,
        Saturday = Sat, Sunday = Sun,
    }
    role, read_role: pb::SupervisorRole = Role { Site = Site, Faculty = Faculty }
    kind, read_kind: pb::SessionKind = SessionKind {
        Individual = Individual, Triadic = Triadic, Group = Group,
    }
    delivery, read_delivery: pb::DeliveryOffer = DeliveryOffer {
        InPerson = InPerson, Video = Video, Both = Both,
    }
    licence_rule, read_licence_rule: pb::LicenceRule = LicenceRule {
        Jurisdiction = Jurisdiction, Any = Any,
    }
    category, read_category: pb::RequirementCategory = RequirementCategory {
        Contact = Contact, Individual = Individual, Triadic = Triadic, Group = Group,
        Other = Other,
    }
    unranked, read_unranked: pb::UnrankedSites = UnrankedSites {
        Forbidden = Forbidden, Last = Last,
    }
    blocking_pairs, read_blocking_pairs: pb::BlockingPairs = BlockingPairs {
        Allowed = Allowed, Forbidden = Forbidden,
    }
    run_state: pb::RunState = RunState {
        Queued = Queued, Running = Running, Succeeded = Succeeded, Cancelled = Cancelled,
        Failed = Failed,
    }
    objective, read_objective: pb::ObjectiveLevel = Objective {
        MatchedPriority = MatchedPriority, MatchedByTier = MatchedByTier, Matched = Matched,
        Changes = Changes, ContactShortMinutes = ContactShortMinutes,
        FinishInTime = FinishInTime, SiteRank = SiteRank,
        SiteRankGenerous = SiteRankGenerous, SiteRankGreedy = SiteRankGreedy,
        SupervisorRank = SupervisorRank, CaseloadBalance = CaseloadBalance,
    }
    level_status: pb::LevelStatus = LevelStatus {
        Proved = Proved, WithinGap = WithinGap, TimeLimit = TimeLimit,
    }
}
