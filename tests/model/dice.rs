//! Random numbers that are the same in every run.

/// SplitMix64: every seed is a good one.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    pub fn throw(&mut self, sides: usize) -> usize {
        (self.word() % sides as u64) as usize
    }

    pub fn one_in(&mut self, sides: usize) -> bool {
        self.throw(sides) == 0
    }

    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.throw(choices.len())]
    }

    /// One of a few that are listed, if there is any.
    pub fn any<T>(&mut self, choices: impl Iterator<Item = T> + Clone) -> Option<T> {
        let count = choices.clone().count();
        if count == 0 { None } else { choices.clone().nth(self.throw(count)) }
    }
}
