//! How a run shares out its time.

/// Share of the time after which a first plan is there, if it is to help.
pub(super) const SHARE_FOR_FLOOR: f64 = 0.15;
/// Share of the time that is kept for giving times to what was found.
pub(super) const SHARE_FOR_TIMES: f64 = 0.25;
/// Placements up to which times are given by one model; more are fitted
/// quickly, and then improved part by part.
pub(super) const FITTED_AT_ONCE: usize = 250;
/// The same for a round that is improved part by part.
pub(super) const SHARE_FOR_PARTS: f64 = 0.5;
/// Share of that which is kept for bounds in the end.
pub(super) const SHARE_FOR_BOUNDS: f64 = 0.3;

/// Returns the seconds that are kept for giving times; a round too large to be
/// fitted at once needs more of them.
pub(super) fn reserve(seconds_left: f64, trainees: usize) -> f64 {
    if !seconds_left.is_finite() {
        0.0
    } else if trainees > FITTED_AT_ONCE {
        seconds_left * SHARE_FOR_PARTS
    } else {
        (seconds_left * SHARE_FOR_TIMES).clamp(0.0, 60.0)
    }
}
