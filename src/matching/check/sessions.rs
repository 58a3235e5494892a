//! What makes a session: its size, its start, the way and the place in which
//! it is held.

use crate::domain::plan::{Delivery, Session, WeeklyStart};
use crate::domain::{MinuteOfDay, Rule, SessionKind, SiteKey, Supervisor};

use super::breach::Breaches;
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    for session in &index.plan.sessions {
        let supervisor = index.supervisor(&session.supervisor);
        session_size(index, session, supervisor, breaches);
        session_step(index, session, breaches);
        // Without minutes nobody meets, so there is no way of holding it.
        if session.minutes.get() == 0 {
            continue;
        }
        if let Some(supervisor) = supervisor {
            match &session.delivery {
                Delivery::InPerson(site) => in_person(index, session, supervisor, site, breaches),
                Delivery::Video => video(session, supervisor, breaches),
            }
        }
    }
}

fn session_size(
    index: &Index<'_>,
    session: &Session,
    supervisor: Option<&Supervisor>,
    breaches: &mut Breaches,
) {
    let mut breach = |detail| {
        breaches.rule(
            Rule::SessionSize,
            format!("session {}", session.id()),
            detail,
        );
    };
    let kind = session.kind;
    let group_size_max = supervisor.map_or(usize::MAX, |s| s.group_size_max as usize);
    let (least, most) = match kind {
        _ if session.minutes.get() == 0 => (1, 1),
        SessionKind::Individual => (1, 1),
        SessionKind::Triadic => (2, 2),
        SessionKind::Group => (3, group_size_max),
    };
    let members = index.distinct_members(session).len();
    if members < least || members > most {
        breach(format!(
            "{members} members; {} takes {least} to {most}",
            kind.as_str()
        ));
    }
    if members != session.members.len() {
        breach("a member is listed twice".to_owned());
    }
    if supervisor.is_some_and(|supervisor| !supervisor.kinds.contains(&kind)) {
        breach(format!(
            "supervisor {} does not offer {}",
            session.supervisor,
            kind.as_str()
        ));
    }
    for (member, trainee) in index.members(session) {
        let Some(line) = index.line(trainee, &member.line) else {
            continue;
        };
        if !line.kinds.contains(&kind) {
            breach(format!(
                "line {} of trainee {} is not filled by {}",
                line.line,
                trainee.key,
                kind.as_str()
            ));
        }
        if line.minutes_per_week != session.minutes {
            breach(format!(
                "{} minutes, line {} of trainee {} has {}",
                session.minutes, line.line, trainee.key, line.minutes_per_week
            ));
        }
    }
}

fn session_step(index: &Index<'_>, session: &Session, breaches: &mut Breaches) {
    let step = index.roster.round.session_start_step.get().max(1);
    let detail = match session.weekly_start {
        None if session.minutes.get() == 0 => return,
        None => "has minutes but no start".to_owned(),
        Some(_) if session.minutes.get() == 0 => "has a start but no minutes".to_owned(),
        Some(WeeklyStart { start, .. }) => {
            let is_on_step = u32::from(start.get()).is_multiple_of(step);
            if is_on_step && start < MinuteOfDay::END_OF_DAY {
                return;
            }
            format!("starts at {start}, not at a multiple of {step} minutes within the day")
        }
    };
    breaches.rule(
        Rule::SessionStep,
        format!("session {}", session.id()),
        detail,
    );
}

fn in_person(
    index: &Index<'_>,
    session: &Session,
    supervisor: &Supervisor,
    site: &SiteKey,
    breaches: &mut Breaches,
) {
    let subject = || format!("session {}", session.id());
    if !supervisor.delivery.in_person() {
        breaches.rule(
            Rule::DeliveryAllowed,
            subject(),
            format!("supervisor {} does not meet in person", supervisor.key),
        );
    }
    let mut breach = |detail| breaches.rule(Rule::InPersonAtPlacement, subject(), detail);
    if !supervisor.sites.contains(site) {
        breach(format!(
            "supervisor {} does not list site {site}",
            supervisor.key
        ));
    }
    if let Some(site) = index.site(site)
        && site.time_zone != session.time_zone
    {
        breach(format!(
            "anchored in {}, site {} lies in {}",
            session.time_zone, site.key, site.time_zone
        ));
    }
    for member in &session.members {
        if let Some(placement) = index.placement(&member.trainee)
            && placement.site != *site
        {
            breach(format!(
                "held at site {site}, trainee {} is placed at {}",
                member.trainee, placement.site
            ));
        }
    }
}

fn video(session: &Session, supervisor: &Supervisor, breaches: &mut Breaches) {
    let mut breach = |detail| {
        breaches.rule(
            Rule::DeliveryAllowed,
            format!("session {}", session.id()),
            detail,
        );
    };
    if !supervisor.delivery.video() {
        breach(format!(
            "supervisor {} does not meet by video",
            supervisor.key
        ));
    }
    if session.time_zone != supervisor.time_zone {
        breach(format!(
            "anchored in {}, supervisor {} lives in {}",
            session.time_zone, supervisor.key, supervisor.time_zone
        ));
    }
}
