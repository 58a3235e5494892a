//! Parts of a problem that share no limit, so that each is solved alone.

use super::problem::{Choice, Problem};

impl Problem {
    /// Returns the parts, each with the trainees of one connected component,
    /// in the order of their first trainees.
    pub(super) fn parts(&self) -> Vec<Self> {
        let mut groups = Groups::new(self.limits.len());
        for trainee in 0..self.trainees.len() {
            let mut limits = self.limits_of(trainee);
            if let Some(first) = limits.next() {
                for limit in limits {
                    groups.join(first, limit);
                }
            }
        }
        let mut part_of_root: Vec<Option<usize>> = vec![None; self.limits.len()];
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut free: Option<usize> = None;
        for trainee in 0..self.trainees.len() {
            let root = self.limits_of(trainee).next().map(|l| groups.root(l));
            // Whoever shares nothing is in one part with all others who do not.
            let part = match root {
                Some(root) => &mut part_of_root[root],
                None => &mut free,
            };
            let part = *part.get_or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[part].push(trainee);
        }
        let mut renamed = vec![usize::MAX; self.limits.len()];
        members
            .iter()
            .map(|trainees| self.part(trainees, &mut renamed))
            .collect()
    }

    fn limits_of(&self, trainee: usize) -> impl Iterator<Item = usize> {
        self.choices[self.choices_of(trainee)]
            .iter()
            .flat_map(Choice::limits)
    }

    /// Returns the problem of some trainees who share no limit with others.
    fn part(&self, trainees: &[usize], renamed: &mut [usize]) -> Self {
        let mut part = Self {
            costs: vec![Vec::new(); self.costs.len()],
            ..Self::default()
        };
        for trainee in trainees.iter().copied() {
            part.trainees.push(self.trainees[trainee]);
            part.first.push(part.choices.len());
            for position in self.choices_of(trainee) {
                let choice = &self.choices[position];
                let mut rename = |limit: usize| {
                    if renamed[limit] == usize::MAX {
                        renamed[limit] = part.limits.len();
                        part.limits.push(self.limits[limit]);
                    }
                    renamed[limit]
                };
                part.choices.push(Choice {
                    site: choice.site.map(&mut rename),
                    supervisor: choice.supervisor.map(&mut rename),
                    ..*choice
                });
                for (own, costs) in part.costs.iter_mut().zip(&self.costs) {
                    own.push(costs[position]);
                }
            }
        }
        part.first.push(part.choices.len());
        part
    }
}

/// Disjoint sets of limits.
struct Groups {
    above: Vec<usize>,
}

impl Groups {
    fn new(limits: usize) -> Self {
        Self {
            above: (0..limits).collect(),
        }
    }

    fn root(&mut self, mut limit: usize) -> usize {
        while self.above[limit] != limit {
            self.above[limit] = self.above[self.above[limit]];
            limit = self.above[limit];
        }
        limit
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.above[one.max(other)] = one.min(other);
    }
}
