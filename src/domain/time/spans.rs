//! Sets of instants as lists of half-open intervals, earliest first, apart
//! from each other.

use super::Interval;

/// Returns the union of the intervals; those that adjoin become one.
pub fn union(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort();
    let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals {
        match joined.last_mut() {
            Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
            _ => joined.push(interval),
        }
    }
    joined
}

/// Returns the parts of a union that lie within an interval.
pub fn within(union: &[Interval], span: Interval) -> impl Iterator<Item = Interval> + use<'_> {
    let from = union.partition_point(|interval| interval.end <= span.start);
    union[from..]
        .iter()
        .take_while(move |interval| interval.start < span.end)
        .map(move |interval| Interval {
            start: interval.start.max(span.start),
            end: interval.end.min(span.end),
        })
}

/// Returns what two unions have in common within an interval.
pub fn common(a: &[Interval], b: &[Interval], span: Interval) -> Vec<Interval> {
    within(a, span).flat_map(|part| within(b, part)).collect()
}

/// Says whether the interval lies in the union as a whole.
pub fn covers(union: &[Interval], interval: Interval) -> bool {
    within(union, interval).any(|part| part == interval)
}

/// Says whether the interval has an instant in common with the union.
pub fn touches(union: &[Interval], interval: Interval) -> bool {
    within(union, interval).next().is_some()
}

/// Returns the seconds in all of intervals that lie apart.
pub fn seconds(intervals: impl IntoIterator<Item = Interval>) -> i64 {
    intervals
        .into_iter()
        .map(|Interval { start, end }| end.0 - start.0)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::UtcSecond;

    fn spans(pairs: &[(i64, i64)]) -> Vec<Interval> {
        pairs
            .iter()
            .map(|(start, end)| Interval {
                start: UtcSecond(*start),
                end: UtcSecond(*end),
            })
            .collect()
    }

    #[test]
    fn adjoining_intervals_become_one() {
        let joined = union(spans(&[(5, 7), (0, 2), (2, 4), (6, 9)]));
        assert_eq!(joined, spans(&[(0, 4), (5, 9)]));
        assert!(covers(&joined, spans(&[(1, 4)])[0]));
        assert!(!covers(&joined, spans(&[(3, 6)])[0]));
    }

    #[test]
    fn ends_are_open() {
        let busy = spans(&[(0, 4), (6, 9)]);
        assert!(!touches(&busy, spans(&[(4, 6)])[0]));
        assert!(touches(&busy, spans(&[(3, 6)])[0]));
    }

    #[test]
    fn what_is_common_is_clipped_to_the_span() {
        let both = common(
            &spans(&[(0, 10), (20, 30)]),
            &spans(&[(5, 25)]),
            spans(&[(6, 22)])[0],
        );
        assert_eq!(both, spans(&[(6, 10), (20, 22)]));
        assert_eq!(seconds(both), 6);
    }
}
