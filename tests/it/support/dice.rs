//! Chance that is the same every time.

/// A small generator of numbers that look random (`SplitMix64`).
pub(crate) struct Dice(u64);

impl Dice {
    /// Returns dice that a number decides.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below the limit.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(limit)).unwrap()
    }

    /// Says yes once in so many times.
    pub(crate) fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// Returns one of the options.
    pub(crate) fn pick<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        let position = self.below(u32::try_from(options.len()).unwrap());
        &options[usize::try_from(position).unwrap()]
    }
}
