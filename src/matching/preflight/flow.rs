//! The most that can flow through a network of whole capacities, and the cut
//! that says why it is no more (Dinic's algorithm).

use std::collections::VecDeque;

use fixedbitset::FixedBitSet;

struct Edge {
    to: usize,
    /// What can still flow.
    left: u32,
}

/// A network; an edge and its way back are neighbours in the list.
pub(super) struct Network {
    edges: Vec<Edge>,
    leaving: Vec<Vec<usize>>,
}

impl Network {
    /// Returns a network of so many nodes without edges.
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            edges: Vec::new(),
            leaving: vec![Vec::new(); nodes],
        }
    }

    /// Adds an edge.
    pub(super) fn add(&mut self, from: usize, to: usize, capacity: u32) {
        self.leaving[from].push(self.edges.len());
        self.edges.push(Edge { to, left: capacity });
        self.leaving[to].push(self.edges.len());
        self.edges.push(Edge { to: from, left: 0 });
    }

    /// Sends as much as possible from source to sink and returns how much.
    pub(super) fn send(&mut self, source: usize, sink: usize) -> u32 {
        let mut sent = 0;
        loop {
            let distance = self.distances(source);
            if distance[sink].is_none() {
                return sent;
            }
            let mut next = vec![0; self.leaving.len()];
            while self.augment(source, sink, &distance, &mut next) {
                sent += 1;
            }
        }
    }

    /// Returns the nodes that could still be reached from a node.
    pub(super) fn reachable(&self, from: usize) -> FixedBitSet {
        self.distances(from)
            .iter()
            .map(Option::is_some)
            .enumerate()
            .filter_map(|(node, is_reached)| is_reached.then_some(node))
            .collect()
    }

    fn distances(&self, from: usize) -> Vec<Option<u32>> {
        let mut distance = vec![None; self.leaving.len()];
        distance[from] = Some(0);
        let mut waiting = VecDeque::from([(from, 0)]);
        while let Some((node, steps)) = waiting.pop_front() {
            for edge in self.leaving[node].iter().map(|edge| &self.edges[*edge]) {
                if edge.left > 0 && distance[edge.to].is_none() {
                    distance[edge.to] = Some(steps + 1);
                    waiting.push_back((edge.to, steps + 1));
                }
            }
        }
        distance
    }

    /// Sends one unit along a shortest path, walking without recursion;
    /// `next` remembers the edges of each node that lead nowhere.
    fn augment(
        &mut self,
        source: usize,
        sink: usize,
        distance: &[Option<u32>],
        next: &mut [usize],
    ) -> bool {
        let mut path: Vec<usize> = Vec::new();
        let mut node = source;
        while node != sink {
            let Some(edge) = self.leaving[node].get(next[node]).copied() else {
                let Some(back) = path.pop() else {
                    return false;
                };
                node = self.edges[back ^ 1].to;
                next[node] += 1;
                continue;
            };
            let Edge { to, left } = self.edges[edge];
            let is_closer = distance[to].is_some() && distance[to] == distance[node].map(|d| d + 1);
            if left > 0 && is_closer {
                path.push(edge);
                node = to;
            } else {
                next[node] += 1;
            }
        }
        for edge in path {
            self.edges[edge].left -= 1;
            self.edges[edge ^ 1].left += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_the_most_and_shows_the_cut() {
        // 0 source, 1 sink; 2, 3, 4 want, 5 has one, 6 has one, 7 has two.
        let mut network = Network::new(8);
        for (from, to, capacity) in [
            (0, 2, 1),
            (0, 3, 1),
            (0, 4, 1),
            (2, 5, 1),
            (3, 5, 1),
            (4, 6, 1),
            (4, 7, 1),
            (5, 1, 1),
            (6, 1, 1),
            (7, 1, 2),
        ] {
            network.add(from, to, capacity);
        }
        assert_eq!(network.send(0, 1), 2);
        let reached: Vec<usize> = network.reachable(0).ones().collect();
        assert_eq!(reached, [0, 2, 3, 5], "two compete for the one of 5");
    }

    #[test]
    fn finds_the_way_back_over_an_earlier_choice() {
        // 2 can have 4 or 5, 3 only 4: the first choice must be undone.
        let mut network = Network::new(6);
        for (from, to) in [(0, 2), (0, 3), (2, 4), (2, 5), (3, 4), (4, 1), (5, 1)] {
            network.add(from, to, 1);
        }
        assert_eq!(network.send(0, 1), 2);
        assert_eq!(network.reachable(0).count_ones(..), 1);
    }
}
