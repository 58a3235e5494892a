//! The enums of the contract and those of the domain.

use chrono::Weekday;

use super::super::pb;
use crate::domain::plan::{Level, LevelStatus};
use crate::domain::{DeliveryOffer, Role, RunState, SessionKind, UnrankedSites};

macro_rules! words {
    ($($read:ident, $write:ident: $message:ty = $domain:ty { $($there:ident = $here:ident),+ $(,)? })+) => {$(
        /// Returns the value of a name; `None` when none was given.
        #[allow(dead_code, reason = "some enums are only written")]
        pub(in super::super) fn $read(name: $message) -> Option<$domain> {
            match name {
                <$message>::Unspecified => None,
                $(<$message>::$there => Some(<$domain>::$here),)+
            }
        }

        /// Returns the number of a value on the wire.
        pub(in super::super) fn $write(value: $domain) -> i32 {
            i32::from(match value {
                $(<$domain>::$here => <$message>::$there,)+
            })
        }
    )+};
}

words! {
    read_weekday, weekday: pb::Weekday = Weekday {
        Monday = Mon, Tuesday = Tue, Wednesday = Wed, Thursday = Thu, Friday = Fri,
        Saturday = Sat, Sunday = Sun,
    }
    read_role, role: pb::SupervisorRole = Role { Site = Site, Faculty = Faculty }
    read_kind, kind: pb::SessionKind = SessionKind {
        Individual = Individual, Triadic = Triadic, Group = Group,
    }
    read_delivery, delivery: pb::DeliveryOffer = DeliveryOffer {
        InPerson = InPerson, Video = Video, Both = Both,
    }
    read_unranked, unranked: pb::UnrankedSites = UnrankedSites {
        Forbidden = Forbidden, Last = Last,
    }
    read_run_state, run_state: pb::RunState = RunState {
        Queued = Queued, Running = Running, Succeeded = Succeeded, Cancelled = Cancelled,
        Failed = Failed,
    }
    read_level, level: pb::ObjectiveLevel = Level {
        MatchedPriority = MatchedPriority, Matched = Matched,
        ContactShortMinutes = ContactShortMinutes, SiteRank = SiteRank,
    }
    read_level_status, level_status: pb::LevelStatus = LevelStatus {
        Proved = Proved, WithinGap = WithinGap, TimeLimit = TimeLimit,
    }
}
