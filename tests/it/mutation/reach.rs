//! Messages upon which each method does what it is asked.

use super::Target;
use super::contract::Method;
use super::wire::encoded;
use crate::support::dice::Dice;

/// Messages that a method is sent, at most, before it does what it is asked.
const TRIES_MOST: u32 = 1_000;
/// Methods to which no chance leads: their message must name the very pair that
/// was forbidden, or a supervisor with her own trainee.
const LED_TO_BY_NO_CHANCE: [&str; 2] = [
    "/practicum.v1.RoundService/Unforbid",
    "/practicum.v1.ScheduleService/Respond",
];

impl Target {
    /// Sends each method messages as they should be until it does what it is
    /// asked, and keeps those; what ends or removes something comes last.
    pub(super) async fn reach(&mut self) {
        let ends = |method: &Method| {
            let verbs = ["Cancel", "Close", "Delete", "Remove", "Revoke"];
            let name = method.path.rsplit('/').next().unwrap();
            verbs.iter().any(|verb| name.starts_with(verb))
        };
        let (last, first): (Vec<Method>, Vec<Method>) =
            self.contract.methods.iter().cloned().partition(ends);
        let mut dice = Dice::new(11);
        for methods in [first, last] {
            for _ in 0..TRIES_MOST {
                for method in &methods {
                    if self.done.contains_key(&method.path) {
                        continue;
                    }
                    let many = method.takes_many;
                    let messages =
                        self.stock
                            .messages(&self.contract, &method.input, many, &mut dice);
                    let bytes = messages.iter().map(|tree| encoded(tree)).collect();
                    match self.call(method, bytes).await {
                        Ok(answers) => {
                            self.keep(method, &answers);
                            self.done.insert(method.path.clone(), messages);
                        }
                        Err(status) => {
                            let why = format!("{:?}: {}", status.code(), status.message());
                            self.refusals.insert(method.path.clone(), why);
                        }
                    }
                }
            }
        }
    }

    /// Every other method must have done what it was asked: messages that are
    /// all refused at the door would prove little.
    pub(super) fn assert_reached(&self) {
        let answers = self.answers.lock().unwrap();
        for ((path, code), count) in answers.iter() {
            eprintln!("{path}: {code} {count}");
        }
        let methods = self.contract.methods.iter();
        let unreached: Vec<(&str, Option<&String>)> = methods
            .map(|method| method.path.as_str())
            .filter(|path| !self.done.contains_key(*path) && !LED_TO_BY_NO_CHANCE.contains(path))
            .map(|path| (path, self.refusals.get(path)))
            .collect();
        assert!(unreached.is_empty(), "never done: {unreached:?}");
    }
}
