//! Every way of filling the lines of placed trainees.

use std::collections::BTreeSet;

use practicum::domain::plan::{Delivery, Placement, Session, SessionMember, Unmatched};
use practicum::domain::{Minutes, Plan, Rule, SessionKind, SiteOrSupervisor, SupervisionLine};

use super::fit::{Contact, Facts, Slot};
use super::place::Places;

/// One line of one placed trainee.
#[derive(Clone, Copy)]
struct Need<'a> {
    trainee: usize,
    site: usize,
    line: &'a SupervisionLine,
    /// Whether it is the last line of the trainee.
    is_last: bool,
}

/// A session in the making.
struct Meeting<'a> {
    supervisor: usize,
    kind: SessionKind,
    /// `None` for a line of zero minutes.
    slot: Option<&'a Slot>,
    members: Vec<Need<'a>>,
}

impl Meeting<'_> {
    fn least(&self) -> usize {
        match self.kind {
            _ if self.slot.is_none() => 1,
            SessionKind::Individual => 1,
            SessionKind::Triadic => 2,
            SessionKind::Group => 3,
        }
    }
}

struct Search<'a> {
    facts: &'a Facts<'a>,
    places: &'a Places,
    needs: Vec<Need<'a>>,
    meetings: Vec<Meeting<'a>>,
    /// The most contact that each trainee can still have.
    contact_most: Vec<u32>,
    /// No way of filling the lines is better than this.
    hoped: i64,
    /// Only a way with fewer minutes short than this is of use.
    short_below: i64,
    found: Option<Plan>,
}

/// Returns the least minutes short of target, with a plan, over every way of
/// filling the lines; `None` when none is legal and below `short_below`.
pub(super) fn fill_lines(
    facts: &Facts<'_>,
    places: &Places,
    hoped: i64,
    short_below: i64,
) -> Option<(i64, Plan)> {
    let mut needs = Vec::new();
    for (trainee, site) in places.matched() {
        let level = &facts.roster.trainees[trainee].level;
        let lines: Vec<&SupervisionLine> = facts.roster.lines_of(level).collect();
        for (position, line) in lines.iter().enumerate() {
            needs.push(Need {
                trainee,
                site,
                line,
                is_last: position + 1 == lines.len(),
            });
        }
    }
    let mut search = Search {
        facts,
        places,
        needs,
        meetings: Vec::new(),
        contact_most: facts.contact_most_alone(places),
        hoped,
        short_below,
        found: None,
    };
    search.fill(0);
    search.found.map(|plan| (search.short_below, plan))
}

impl<'a> Search<'a> {
    fn is_done(&self) -> bool {
        self.found.is_some() && self.short_below <= self.hoped
    }

    fn fill(&mut self, next: usize) {
        let missing: usize = self
            .meetings
            .iter()
            .map(|m| m.least().saturating_sub(m.members.len()))
            .sum();
        if self.is_done() || missing > self.needs.len() - next {
            return;
        }
        let Some(need) = self.needs.get(next).copied() else {
            self.finish();
            return;
        };
        for meeting in 0..self.meetings.len() {
            if self.can_join(meeting, need) {
                self.meetings[meeting].members.push(need);
                self.go_on(need, next);
                self.meetings[meeting].members.pop();
            }
        }
        for (supervisor, kind, slot) in self.new_meetings(need) {
            self.meetings.push(Meeting {
                supervisor,
                kind,
                slot,
                members: vec![need],
            });
            self.go_on(need, next);
            self.meetings.pop();
        }
    }

    /// Goes on with the next need, if what is filled so far can still lead to
    /// a better plan.
    fn go_on(&mut self, need: Need<'a>, next: usize) {
        if !self.keeps_limits(self.meetings_of(need.trainee)) {
            return;
        }
        let before = self.contact_most[need.trainee];
        if need.is_last {
            let sessions: Vec<(SessionKind, &Slot)> = self
                .meetings_of(need.trainee)
                .filter_map(|meeting| Some((meeting.kind, meeting.slot?)))
                .collect();
            let most = self
                .facts
                .contact_most(need.trainee, need.site, Some(&sessions));
            self.contact_most[need.trainee] = most;
        }
        let contact = self.facts.share_contact(self.places, &self.contact_most);
        if contact.is_some_and(|contact| contact.short < self.short_below) {
            self.fill(next + 1);
        }
        self.contact_most[need.trainee] = before;
    }

    fn meetings_of(&self, trainee: usize) -> impl Iterator<Item = &Meeting<'a>> {
        let attends = move |m: &&Meeting<'_>| m.members.iter().any(|n| n.trainee == trainee);
        self.meetings.iter().filter(attends)
    }

    fn can_join(&self, meeting: usize, need: Need<'_>) -> bool {
        let meeting = &self.meetings[meeting];
        let Some(slot) = meeting.slot else {
            return false;
        };
        let supervisor = &self.facts.roster.supervisors[meeting.supervisor];
        let most = match meeting.kind {
            SessionKind::Individual => 1,
            SessionKind::Triadic => 2,
            SessionKind::Group => usize::try_from(supervisor.group_size_max).unwrap(),
        };
        meeting.members.len() < most
            && need.line.kinds.contains(&meeting.kind)
            && meeting.members.iter().all(|m| m.trainee != need.trainee)
            && self.can_attend(slot, need)
    }

    /// Says whether a trainee can attend at that time, other lines included.
    fn can_attend(&self, slot: &Slot, need: Need<'_>) -> bool {
        let mut others = self.meetings_of(need.trainee).filter_map(|m| m.slot);
        slot.minutes == need.line.minutes_per_week.get()
            && slot.suits[need.trainee]
            && slot.site.is_none_or(|site| site == need.site)
            && self.may_supervise(slot.supervisor, need)
            && !others.any(|other| overlap(other, slot))
    }

    fn may_supervise(&self, supervisor: usize, need: Need<'_>) -> bool {
        self.facts
            .may_supervise(supervisor, need.trainee, need.line, need.site)
    }

    /// Returns every session that could be opened for a need.
    fn new_meetings(&self, need: Need<'a>) -> Vec<(usize, SessionKind, Option<&'a Slot>)> {
        let facts = self.facts;
        let supervisors = &facts.roster.supervisors;
        let offers = |supervisor: usize, kind: &SessionKind| {
            let by = &supervisors[supervisor];
            by.kinds.contains(kind) && (*kind != SessionKind::Group || by.group_size_max >= 3)
        };
        if need.line.minutes_per_week.get() == 0 {
            // Without minutes one kind is as good as another.
            let by = (0..supervisors.len()).filter(|by| self.may_supervise(*by, need));
            return by
                .filter_map(|by| {
                    let mut kinds = need.line.kinds.intersection(&supervisors[by].kinds);
                    kinds.next().map(|kind| (by, *kind, None))
                })
                .collect();
        }
        let mut opened = Vec::new();
        for slot in &facts.slots {
            let mut busy = self
                .meetings
                .iter()
                .filter(|m| m.supervisor == slot.supervisor);
            if !self.can_attend(slot, need)
                || busy.any(|m| m.slot.is_some_and(|other| overlap(other, slot)))
            {
                continue;
            }
            let kinds = need
                .line
                .kinds
                .iter()
                .filter(|k| offers(slot.supervisor, k));
            opened.extend(kinds.map(|kind| (slot.supervisor, *kind, Some(slot))));
        }
        opened
    }

    /// Says whether the supervisors of the meetings keep caseload and minutes.
    fn keeps_limits<'b>(&self, meetings: impl Iterator<Item = &'b Meeting<'b>>) -> bool
    where
        'a: 'b,
    {
        let supervisors: BTreeSet<usize> = meetings.map(|meeting| meeting.supervisor).collect();
        supervisors.into_iter().all(|index| {
            let supervisor = &self.facts.roster.supervisors[index];
            let own = self.meetings.iter().filter(|m| m.supervisor == index);
            let minutes: u32 = own.filter_map(|m| m.slot).map(|slot| slot.minutes).sum();
            supervisor.caseload_current + self.caseload(index) <= supervisor.caseload_max
                && minutes <= supervisor.minutes_per_week_max.get()
        })
    }

    fn caseload(&self, supervisor: usize) -> u32 {
        let own = self.meetings.iter().filter(|m| m.supervisor == supervisor);
        let trainees: BTreeSet<usize> = own.flat_map(|m| &m.members).map(|n| n.trainee).collect();
        u32::try_from(trainees.len()).unwrap()
    }

    fn finish(&mut self) {
        let roster = self.facts.roster;
        let minima = roster
            .supervisors
            .iter()
            .enumerate()
            .all(|(index, supervisor)| {
                supervisor.caseload_current + self.caseload(index) >= supervisor.caseload_min
            });
        let pins = roster.pins.iter().all(|pin| match &pin.target {
            SiteOrSupervisor::Site(_) => true,
            SiteOrSupervisor::Supervisor(key) => self.meetings.iter().any(|meeting| {
                let by = &roster.supervisors[meeting.supervisor].key;
                let mut members = meeting.members.iter();
                by == key && members.any(|n| roster.trainees[n.trainee].key == pin.trainee)
            }),
        });
        let contact = self.facts.share_contact(self.places, &self.contact_most);
        if let Some(contact) = contact.filter(|c| minima && pins && c.short < self.short_below) {
            self.short_below = contact.short;
            self.found = Some(self.plan(&contact));
        }
    }

    fn plan(&self, contact: &Contact) -> Plan {
        let roster = self.facts.roster;
        let mut plan = Plan::default();
        for (index, trainee) in roster.trainees.iter().enumerate() {
            match self.places.site(index) {
                Some(site) => plan.placements.push(Placement {
                    trainee: trainee.key.clone(),
                    site: roster.sites[site].key.clone(),
                    contact: Minutes::new(contact.minutes[index]).unwrap(),
                    preference_rank: 0,
                }),
                None => plan.unmatched.push(Unmatched {
                    trainee: trainee.key.clone(),
                    reason: Rule::SupervisionLines,
                    detail: String::new(),
                    action: String::new(),
                }),
            }
        }
        for (meeting, number) in self.meetings.iter().zip(1..) {
            let supervisor = &roster.supervisors[meeting.supervisor];
            let site = meeting.slot.and_then(|slot| slot.site);
            plan.sessions.push(Session {
                number,
                supervisor: supervisor.key.clone(),
                kind: meeting.kind,
                weekly_start: meeting.slot.map(|slot| slot.weekly),
                minutes: Minutes::new(meeting.slot.map_or(0, |slot| slot.minutes)).unwrap(),
                time_zone: meeting.slot.map_or(supervisor.time_zone, |slot| slot.zone),
                delivery: site.map_or(Delivery::Video, |site| {
                    Delivery::InPerson(roster.sites[site].key.clone())
                }),
                members: meeting
                    .members
                    .iter()
                    .map(|need| SessionMember {
                        trainee: roster.trainees[need.trainee].key.clone(),
                        line: need.line.line.clone(),
                    })
                    .collect(),
            });
        }
        plan
    }
}

fn overlap(a: &Slot, b: &Slot) -> bool {
    a.held.iter().any(|x| {
        let mut others = b.held.iter();
        others.any(|y| x.start < y.end && y.start < x.end)
    })
}
