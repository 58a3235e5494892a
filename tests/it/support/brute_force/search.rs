//! Every way of filling the lines of placed trainees: first with whom, then
//! when.

use practicum::domain::plan::{
    Delivery, Placement, Session, SessionMember, Unmatched, WeeklyStart,
};
use practicum::domain::{Minutes, Plan, Rule, SessionKind};

use super::assign::{Choice, Need, each_choice, needs};
use super::fit::{Contact, Facts, Slot};
use super::hope::{Hopes, Lines, Worth};
use super::place::Places;

/// A session in the making.
pub(super) struct Meeting<'a> {
    pub(super) supervisor: usize,
    pub(super) kind: SessionKind,
    /// `None` for a line of zero minutes.
    pub(super) slot: Option<&'a Slot>,
    pub(super) members: Vec<Need<'a>>,
}

impl Slot {
    /// Says whether the trainee can attend, other lines aside.
    fn admits(&self, need: &Need<'_>) -> bool {
        self.minutes == need.line.minutes_per_week.get()
            && self.suits[need.trainee]
            && self.site.is_none_or(|site| site == need.site)
    }
}

impl Meeting<'_> {
    pub(super) fn minutes(&self) -> Minutes {
        Minutes::new(self.slot.map_or(0, |slot| slot.minutes)).unwrap()
    }

    fn least(&self) -> usize {
        match self.kind {
            _ if self.slot.is_none() => 1,
            SessionKind::Individual => 1,
            SessionKind::Triadic => 2,
            SessionKind::Group => 3,
        }
    }
}

pub(super) struct Search<'a> {
    pub(super) facts: &'a Facts<'a>,
    hopes: &'a Hopes<'a>,
    pub(super) places: &'a Places,
    pub(super) needs: Vec<Need<'a>>,
    /// Who fills each need, and in a session of which kind.
    pub(super) chosen: Vec<Choice>,
    meetings: Vec<Meeting<'a>>,
    /// When the first needs meet.
    held: Vec<(Option<WeeklyStart>, Delivery)>,
    /// The most contact that each trainee can still have.
    pub(super) contact_most: Vec<u32>,
    /// No way of filling the lines as chosen is better than this.
    hoped: Option<Worth>,
    /// Only a better way than this is of use.
    to_beat: Option<Worth>,
    found: Option<Plan>,
}

/// Returns the best worth, with a plan, over every way of filling the lines;
/// `None` when none is legal and better than `to_beat`.
pub(super) fn fill_lines(
    facts: &Facts<'_>,
    hopes: &Hopes<'_>,
    places: &Places,
    to_beat: Option<Worth>,
) -> Option<(Worth, Plan)> {
    let needs = needs(facts, places);
    let mut search = Search {
        facts,
        hopes,
        places,
        needs: needs.clone(),
        chosen: Vec::new(),
        meetings: Vec::new(),
        held: Vec::new(),
        contact_most: vec![0; facts.roster.trainees.len()],
        hoped: None,
        to_beat,
        found: None,
    };
    each_choice(facts, &needs, &mut |chosen| {
        search.choose(chosen);
        search.fill(0);
    });
    search
        .found
        .zip(search.to_beat)
        .map(|(plan, worth)| (worth, plan))
}

impl<'a> Search<'a> {
    /// Says whether no better plan can be found with the chosen supervisors.
    fn is_done(&self) -> bool {
        let Some(hoped) = &self.hoped else {
            return true;
        };
        self.to_beat.as_ref().is_some_and(|best| best <= hoped)
    }

    /// Returns the best that can come of what is decided so far; `None` when
    /// the contact cannot be shared out.
    fn hope(&self) -> Option<Worth> {
        let contact = self.facts.share_contact(self.places, &self.contact_most)?;
        let lines = Lines {
            needs: &self.needs,
            chosen: &self.chosen,
            held: &self.held,
        };
        let most = &self.contact_most;
        Some(
            self.hopes
                .of_lines(self.places, contact.short, most, &lines),
        )
    }

    /// Takes up a choice of supervisors and kinds, and how much contact it
    /// leaves, whatever the times.
    fn choose(&mut self, chosen: &[Choice]) {
        self.chosen = chosen.to_vec();
        for (trainee, site) in self.places.matched() {
            let sessions: Vec<_> = self
                .needs
                .iter()
                .zip(chosen)
                .filter(|(need, _)| need.trainee == trainee)
                .map(|(need, (_, kind))| (*kind, need.line.minutes_per_week, None))
                .collect();
            self.contact_most[trainee] = self.facts.contact_most(trainee, site, Some(&sessions));
        }
        self.hoped = self.hope().filter(|_| self.supervisors_are_right());
    }

    fn fill(&mut self, next: usize) {
        if self.is_done() || !self.can_complete(next) {
            return;
        }
        let Some(need) = self.needs.get(next).copied() else {
            self.finish();
            return;
        };
        for meeting in 0..self.meetings.len() {
            if self.can_join(meeting, need, self.chosen[next]) {
                let held = self.held_in(self.meetings[meeting].slot);
                self.meetings[meeting].members.push(need);
                self.held.push(held);
                self.go_on(need, next);
                self.held.pop();
                self.meetings[meeting].members.pop();
            }
        }
        let (supervisor, kind) = self.chosen[next];
        for slot in self.new_slots(need, supervisor) {
            self.meetings.push(Meeting {
                supervisor,
                kind,
                slot,
                members: vec![need],
            });
            self.held.push(self.held_in(slot));
            self.go_on(need, next);
            self.held.pop();
            self.meetings.pop();
        }
    }

    /// Returns when and how a slot is held.
    fn held_in(&self, slot: Option<&Slot>) -> (Option<WeeklyStart>, Delivery) {
        let site = slot.and_then(|slot| slot.site);
        let delivery = site.map_or(Delivery::Video, |site| {
            Delivery::InPerson(self.facts.roster.sites[site].key.clone())
        });
        (slot.map(|slot| slot.weekly), delivery)
    }

    fn is_better(&self, worth: &Worth) -> bool {
        self.to_beat.as_ref().is_none_or(|best| worth < best)
    }

    /// Says whether the needs that are left can fill up every meeting.
    fn can_complete(&self, next: usize) -> bool {
        self.meetings.iter().all(|meeting| {
            let missing = meeting.least().saturating_sub(meeting.members.len());
            let left = self.needs.iter().zip(&self.chosen).skip(next);
            let joining = left.filter(|(need, by)| {
                **by == (meeting.supervisor, meeting.kind)
                    && meeting.slot.is_some_and(|slot| slot.admits(need))
                    && meeting.members.iter().all(|m| m.trainee != need.trainee)
            });
            missing == 0 || joining.count() >= missing
        })
    }

    /// Goes on with the next need, if what is filled so far can still lead to
    /// a better plan.
    fn go_on(&mut self, need: Need<'a>, next: usize) {
        let before = self.contact_most[need.trainee];
        if need.is_last {
            let sessions: Vec<_> = self
                .meetings_of(need.trainee)
                .map(|m| (m.kind, m.minutes(), m.slot))
                .collect();
            let most = self
                .facts
                .contact_most(need.trainee, need.site, Some(&sessions));
            let Some(most) = self.carried_at_best(need.trainee, need.site, most) else {
                return;
            };
            self.contact_most[need.trainee] = most;
        }
        if self.hope().is_some_and(|hope| self.is_better(&hope)) {
            self.fill(next + 1);
        }
        self.contact_most[need.trainee] = before;
    }

    pub(super) fn meetings_of(&self, trainee: usize) -> impl Iterator<Item = &Meeting<'a>> {
        let attends = move |m: &&Meeting<'_>| m.members.iter().any(|n| n.trainee == trainee);
        self.meetings.iter().filter(attends)
    }

    fn can_join(&self, meeting: usize, need: Need<'_>, (supervisor, kind): Choice) -> bool {
        let meeting = &self.meetings[meeting];
        let Some(slot) = meeting.slot else {
            return false;
        };
        let group_size_max = self.facts.roster.supervisors[supervisor].group_size_max;
        let most = match kind {
            SessionKind::Individual => 1,
            SessionKind::Triadic => 2,
            SessionKind::Group => usize::try_from(group_size_max).unwrap(),
        };
        (meeting.supervisor, meeting.kind) == (supervisor, kind)
            && meeting.members.len() < most
            && meeting.members.iter().all(|m| m.trainee != need.trainee)
            && self.can_attend(slot, need)
    }

    /// Says whether a trainee can attend at that time, other lines included.
    fn can_attend(&self, slot: &Slot, need: Need<'_>) -> bool {
        let mut others = self.meetings_of(need.trainee).filter_map(|m| m.slot);
        slot.admits(&need) && !others.any(|other| overlap(other, slot))
    }

    /// Returns every slot of a new session with that supervisor; `None` is the
    /// slot of a line without minutes.
    fn new_slots(&self, need: Need<'a>, supervisor: usize) -> Vec<Option<&'a Slot>> {
        if need.line.minutes_per_week.get() == 0 {
            return vec![None];
        }
        let own = || self.meetings.iter().filter(|m| m.supervisor == supervisor);
        let taken: u32 = own().filter_map(|m| m.slot).map(|slot| slot.minutes).sum();
        let most = self.facts.roster.supervisors[supervisor].minutes_per_week_max;
        let is_free = |slot: &Slot| {
            let mut others = own().filter_map(|m| m.slot);
            taken + slot.minutes <= most.get() && !others.any(|other| overlap(other, slot))
        };
        let slots = self.facts.slots.iter();
        slots
            .filter(|slot| slot.supervisor == supervisor && self.can_attend(slot, need))
            .filter(|slot| is_free(slot))
            .map(Some)
            .collect()
    }

    fn finish(&mut self) {
        let Some(contact_most) = self.contact_most_by_rules() else {
            return;
        };
        let before = std::mem::replace(&mut self.contact_most, contact_most);
        let lines = Lines {
            needs: &self.needs,
            chosen: &self.chosen,
            held: &self.held,
        };
        let needed = self.hopes.needed(self.places, &self.contact_most, &lines);
        let (facts, most) = (self.facts, &self.contact_most);
        let contact = facts.share_contact_with(self.places, most, &needed);
        let worth = self.hope().filter(|worth| self.is_better(worth));
        if let (Some(contact), Some(worth)) = (contact, worth) {
            self.to_beat = Some(worth);
            self.found = Some(self.plan(&contact));
        }
        self.contact_most = before;
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
            let (weekly_start, delivery) = self.held_in(meeting.slot);
            plan.sessions.push(Session {
                number,
                supervisor: supervisor.key.clone(),
                kind: meeting.kind,
                weekly_start,
                minutes: meeting.minutes(),
                time_zone: meeting.slot.map_or(supervisor.time_zone, |slot| slot.zone),
                delivery,
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
