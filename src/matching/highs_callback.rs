//! The one place with foreign calls: progress and interruption of a running
//! HiGHS solve.
#![expect(
    unsafe_code,
    reason = "HiGHS reports progress through a C callback only"
)]

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use highs::Model;
use highs_sys::{
    Highs_setCallback, Highs_startCallback, HighsCallbackDataIn, HighsCallbackDataOut,
    kHighsCallbackIpmInterrupt, kHighsCallbackMipInterrupt, kHighsCallbackSimplexInterrupt,
};

/// What a running solve is asked from time to time: given its best value and
/// bound (infinite while unknown), whether it may go on.
pub(super) type MayGoOn<'a> = dyn FnMut(f64, f64) -> bool + 'a;

/// Calls `may_go_on` from time to time while the model is solved, and stops
/// the solve when it says no. The caller keeps `may_go_on` alive until the
/// solve has ended.
pub(super) fn attach(model: &mut Model, may_go_on: &mut Box<MayGoOn<'_>>) {
    let data: *mut Box<MayGoOn<'_>> = may_go_on;
    let highs = model.as_mut_ptr();
    // SAFETY: `highs` is a live HiGHS instance; `data` outlives the solve by
    // the contract above, and HiGHS calls back on the solving thread only
    // (threads = 1, parallel = off).
    unsafe {
        Highs_setCallback(highs, Some(on_callback), data.cast::<c_void>());
        for kind in [
            kHighsCallbackMipInterrupt,
            kHighsCallbackSimplexInterrupt,
            kHighsCallbackIpmInterrupt,
        ] {
            Highs_startCallback(highs, kind);
        }
    }
}

unsafe extern "C" fn on_callback(
    kind: c_int,
    _message: *const c_char,
    out: *const HighsCallbackDataOut,
    input: *mut HighsCallbackDataIn,
    data: *mut c_void,
) {
    if out.is_null() || input.is_null() || data.is_null() {
        return;
    }
    // SAFETY: HiGHS passes valid structures for the time of the call, and
    // `data` is what `attach` was given.
    let (out, input, may_go_on) =
        unsafe { (&*out, &mut *input, &mut *data.cast::<Box<MayGoOn<'_>>>()) };
    let (best, bound) = if kind == kHighsCallbackMipInterrupt {
        (out.mip_primal_bound, out.mip_dual_bound)
    } else {
        (f64::INFINITY, f64::NEG_INFINITY)
    };
    // A panic must not cross into C++; it ends the solve instead.
    let goes_on = catch_unwind(AssertUnwindSafe(|| may_go_on(best, bound))).unwrap_or(false);
    input.user_interrupt = c_int::from(!goes_on);
}
