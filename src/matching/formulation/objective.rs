//! Each level as an objective over the columns of the model.

use std::collections::BTreeSet;

use super::Formulation;
use crate::domain::QUARTER_HOUR;
use crate::domain::plan::Level;
use crate::matching::candidates::{Candidates, Pair};
use crate::matching::model::Objective;

impl Formulation {
    /// Returns what is made least to reach a level; for levels where more is
    /// better the value is negated. What is the same for every plan is left
    /// out: see [`constant`].
    pub(in crate::matching) fn objective(
        &self,
        candidates: &Candidates<'_>,
        level: Level,
    ) -> Objective {
        let placed = |weight: &dyn Fn(&Pair) -> f64| -> Objective {
            let columns = self.place.iter().enumerate();
            columns
                .filter_map(|(pair, column)| Some(((*column)?, weight(&candidates.pairs[pair]))))
                .collect()
        };
        let priority = |pair: &Pair| candidates.roster.trainees[pair.trainee].priority;
        let counted = |sign: f64, counts: &dyn Fn(&Pair) -> bool| -> Objective {
            let columns = self.place.iter().zip(&candidates.pairs);
            let counted = columns.filter(|(_, pair)| counts(pair));
            counted
                .filter_map(|(column, _)| Some(((*column)?, sign)))
                .collect()
        };
        match level {
            Level::MatchedPriority => placed(&|pair| -f64::from(priority(pair))),
            Level::MatchedByTier(tier) => counted(-1.0, &|pair| priority(pair) == tier),
            Level::Matched => placed(&|_| -1.0),
            Level::Changes => {
                let promises = &candidates.promises;
                let mut terms = counted(-1.0, &|pair| promises.keeps_site(pair.trainee, pair.site));
                terms.extend(self.kept_lines(candidates));
                terms
            }
            Level::FinishInTime => {
                let columns = self.finish.values();
                columns.map(|column| (*column, -1.0)).collect()
            }
            Level::SiteRank => placed(&|pair| f64::from(pair.rank)),
            Level::SiteRankGenerous(rank) => counted(1.0, &|pair| pair.dense_rank == rank),
            Level::SiteRankGreedy(rank) => counted(-1.0, &|pair| pair.dense_rank == rank),
            Level::ContactShortMinutes => {
                let mut terms = placed(&|pair| f64::from(pair.short()));
                terms.extend(self.over.iter().map(|column| (*column, 1.0)));
                let quarter = f64::from(QUARTER_HOUR);
                terms.extend(self.lowered.values().map(|column| (*column, quarter)));
                terms
            }
            Level::SupervisorRank => {
                let fills = candidates.fills.iter().zip(&self.fill);
                fills
                    .filter_map(|(fill, column)| {
                        let wishes = &candidates.wishes[fill.trainee];
                        Some((
                            (*column)?,
                            f64::from(wishes.supervisor_rank(fill.supervisor)),
                        ))
                    })
                    .filter(|(_, rank)| *rank != 0.0)
                    .collect()
            }
            Level::CaseloadBalance => self.caseload_places.clone(),
        }
    }

    /// Returns the columns of lines that keep their promise, once for each
    /// column: the starts that do where the supervisor is timed, else the
    /// whole line wherever some start does.
    fn kept_lines(&self, candidates: &Candidates<'_>) -> Objective {
        let promises = &candidates.promises;
        let timed: BTreeSet<usize> = self.meets.iter().map(|meet| meet.fill).collect();
        let meets = self.meets.iter().filter(|meet| {
            let fill = &candidates.fills[meet.fill];
            promises.keeps_line(candidates, fill, Some((meet.venue, meet.start)))
        });
        let meets = meets.map(|meet| (meet.column, -1.0));
        let fills = candidates.fills.iter().zip(&self.fill).enumerate();
        let untimed = fills.filter_map(|(position, (fill, column))| {
            let is_kept = !timed.contains(&position) && promises.may_keep_line(candidates, fill);
            column.filter(|_| is_kept).map(|column| (column, -1.0))
        });
        meets.chain(untimed).collect()
    }
}

/// Returns what the value of a level has beside its objective, in every plan.
pub(in crate::matching) fn constant(candidates: &Candidates<'_>, level: Level) -> i64 {
    if level == Level::Changes {
        i64::from(candidates.promises.count)
    } else {
        0
    }
}
