//! Who may be where and with whom at all, whatever the rest of the plan says.

use std::collections::BTreeSet;

use crate::domain::plan::{Placement, Session};
use crate::domain::{
    DayRange, LicenceRule, Role, Rule, Site, SiteOrSupervisor, Supervisor, Tag, Trainee,
};

use super::breach::Breaches;
use super::index::Index;

pub(super) fn check(index: &Index<'_>, breaches: &mut Breaches) {
    for (placement, trainee, site) in index.placed() {
        site_ranked(index, placement, breaches);
        fits_site(index, trainee, site, breaches);
    }
    for session in &index.plan.sessions {
        let Some(supervisor) = index.supervisor(&session.supervisor) else {
            continue;
        };
        for (member, trainee) in index.members(session) {
            fits_supervisor(session, trainee, supervisor, breaches);
            if let Some(line) = index.line(trainee, &member.line) {
                if line.licence == LicenceRule::Jurisdiction {
                    licence_covers_term(index, trainee, supervisor, breaches);
                }
                if line.role == Role::Site {
                    site_supervisor_present(index, session, trainee, supervisor, breaches);
                }
            }
        }
    }
    conflict_of_interest(index, breaches);
}

fn site_ranked(index: &Index<'_>, placement: &Placement, breaches: &mut Breaches) {
    let detail = match index.site_rank(&placement.trainee, &placement.site) {
        Some(rank) if rank == placement.preference_rank => return,
        Some(rank) => format!(
            "site {} has rank {rank}, the plan says {}",
            placement.site, placement.preference_rank
        ),
        None => format!(
            "placed at site {}, which the trainee did not rank",
            placement.site
        ),
    };
    let subject = format!("trainee {}", placement.trainee);
    breaches.rule(Rule::SiteRanked, subject, detail);
}

fn fits_site(index: &Index<'_>, trainee: &Trainee, site: &Site, breaches: &mut Breaches) {
    let subject = || format!("trainee {}", trainee.key);
    let term = index.roster.round.term;
    if site.agreement.first() > term.first() || site.agreement.last() < term.last() {
        breaches.rule(
            Rule::AgreementCoversTerm,
            subject(),
            format!(
                "the agreement of site {} holds from {} until {}, the term is {} to {}",
                site.key,
                site.agreement.first(),
                site.agreement.last(),
                term.first(),
                term.last()
            ),
        );
    }
    for modality in &trainee.modalities_required {
        if !site.modalities.contains(modality) {
            breaches.rule(
                Rule::ModalityOffered,
                subject(),
                format!("site {} does not offer {modality}", site.key),
            );
        }
    }
    if !share_a_language(&trainee.languages, &site.languages) {
        breaches.rule(
            Rule::LanguageShared,
            subject(),
            format!("no language in common with site {}", site.key),
        );
    }
}

pub(super) fn share_a_language(a: &BTreeSet<Tag>, b: &BTreeSet<Tag>) -> bool {
    a.is_empty() || b.is_empty() || a.iter().any(|language| b.contains(language))
}

fn fits_supervisor(
    session: &Session,
    trainee: &Trainee,
    supervisor: &Supervisor,
    breaches: &mut Breaches,
) {
    if !share_a_language(&trainee.languages, &supervisor.languages) {
        breaches.rule(
            Rule::LanguageShared,
            format!("trainee {}", trainee.key),
            format!(
                "no language in common with supervisor {} of {}",
                supervisor.key,
                session.id()
            ),
        );
    }
}

fn licence_covers_term(
    index: &Index<'_>,
    trainee: &Trainee,
    supervisor: &Supervisor,
    breaches: &mut Breaches,
) {
    let licensed: Vec<DayRange> = supervisor
        .licences
        .iter()
        .filter(|licence| licence.jurisdiction == trainee.jurisdiction)
        .map(|licence| licence.valid)
        .collect();
    let unlicensed_day = index
        .roster
        .round
        .term
        .iter()
        .find(|day| !licensed.iter().any(|days| days.contains(*day)));
    if let Some(day) = unlicensed_day {
        breaches.rule(
            Rule::LicenceCoversTerm,
            format!("trainee {}", trainee.key),
            format!(
                "supervisor {} has no licence in {} on {day}",
                supervisor.key, trainee.jurisdiction
            ),
        );
    }
}

fn site_supervisor_present(
    index: &Index<'_>,
    session: &Session,
    trainee: &Trainee,
    supervisor: &Supervisor,
    breaches: &mut Breaches,
) {
    if let Some(placement) = index.placement(&trainee.key)
        && !supervisor.sites.contains(&placement.site)
    {
        breaches.rule(
            Rule::SiteSupervisorPresent,
            format!("trainee {}", trainee.key),
            format!(
                "supervisor {} of {} does not work at site {}",
                supervisor.key,
                session.id(),
                placement.site
            ),
        );
    }
}

fn conflict_of_interest(index: &Index<'_>, breaches: &mut Breaches) {
    for exclusion in &index.roster.exclusions {
        let subject = || format!("trainee {}", exclusion.trainee);
        let placement = index.placement(&exclusion.trainee);
        match &exclusion.target {
            SiteOrSupervisor::Site(site) => {
                if placement.is_some_and(|placement| placement.site == *site) {
                    breaches.rule(
                        Rule::ConflictOfInterest,
                        subject(),
                        format!("placed at the excluded site {site}"),
                    );
                }
            }
            SiteOrSupervisor::Supervisor(key) => {
                for filled in index.filled(&exclusion.trainee) {
                    if filled.session.supervisor == *key {
                        breaches.rule(
                            Rule::ConflictOfInterest,
                            subject(),
                            format!(
                                "meets the excluded supervisor {key} in {}",
                                filled.session.id()
                            ),
                        );
                    }
                }
                if let (Some(placement), Some(supervisor)) = (placement, index.supervisor(key))
                    && index.roster.round.excluded_supervisor_closes_sites
                    && supervisor.sites.contains(&placement.site)
                {
                    breaches.rule(
                        Rule::ConflictOfInterest,
                        subject(),
                        format!(
                            "placed at site {}, where the excluded supervisor {key} works",
                            placement.site
                        ),
                    );
                }
            }
        }
    }
}
