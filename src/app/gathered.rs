//! Reads of single records, of which those that wait at the same time are made
//! by one statement.
//!
//! To reach a database takes longer than to find a record in it. Whoever wants
//! a record leaves its key with the others and waits for a turn to read;
//! whoever gets one reads for all who wait by then. So every answer comes from
//! a statement that began after it was asked for, as if each had read alone.
//! Only where one statement for many is as fast as one for one: on SQLite.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, oneshot};

use crate::store::{KeyRange, ProgramScope, StoreError};

/// Statements under way at a time: while one is read for, the next gathers.
const TURNS: usize = 2;

/// Reads of the records of one table.
#[derive(Debug)]
pub(super) struct Gathered<V> {
    waiting: Mutex<HashMap<ProgramScope, Vec<Ask<V>>>>,
    turns: Semaphore,
}

#[derive(Debug)]
struct Ask<V> {
    key: String,
    answer: oneshot::Sender<Option<V>>,
}

impl<V> Default for Gathered<V> {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            turns: Semaphore::new(TURNS),
        }
    }
}

impl<V: Clone> Gathered<V> {
    /// Returns the record of a key, if there is one. `read` returns the records
    /// of some keys, each with its key.
    ///
    /// # Errors
    /// Those of `read`, where it fails for this key.
    pub(super) async fn find<F>(
        &self,
        scope: ProgramScope,
        key: &str,
        read: impl Fn(KeyRange) -> F,
    ) -> Result<Option<V>, StoreError>
    where
        F: Future<Output = Result<Vec<(String, V)>, StoreError>>,
    {
        loop {
            let mut answer = self.ask(scope, key);
            let turn = tokio::select! {
                biased;
                answered = &mut answer => match answered {
                    Ok(found) => return Ok(found),
                    // Whoever read for this one gave up, or read in vain.
                    Err(_) => continue,
                },
                turn = self.turns.acquire() => turn,
            };
            let asks = self.take(scope);
            if !asks.is_empty() {
                let keys = KeyRange::of(asks.iter().map(|ask| ask.key.as_str()));
                match read(keys).await {
                    Ok(found) => tell(asks, found),
                    Err(error) if asks.iter().all(|ask| ask.key == key) => {
                        return Err(error);
                    }
                    // It may be the record of another that cannot be read.
                    Err(_) => {
                        let mut found = read(KeyRange::one(key)).await?;
                        return Ok(found.pop().map(|(_, record)| record));
                    }
                }
            }
            drop(turn);
            if let Ok(found) = answer.await {
                return Ok(found);
            }
        }
    }

    fn ask(&self, scope: ProgramScope, key: &str) -> oneshot::Receiver<Option<V>> {
        let (answer, answered) = oneshot::channel();
        let key = key.to_owned();
        let ask = Ask { key, answer };
        self.waiting().entry(scope).or_default().push(ask);
        answered
    }

    /// Takes all who wait for records of a program, and still do.
    fn take(&self, scope: ProgramScope) -> Vec<Ask<V>> {
        let mut asks = self.waiting().remove(&scope).unwrap_or_default();
        asks.retain(|ask| !ask.answer.is_closed());
        asks
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<ProgramScope, Vec<Ask<V>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers all who asked from what was found.
fn tell<V: Clone>(asks: Vec<Ask<V>>, found: Vec<(String, V)>) {
    let found: HashMap<String, V> = found.into_iter().collect();
    for ask in asks {
        // Who has gone needs no answer.
        let _ = ask.answer.send(found.get(&ask.key).cloned());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::{JoinHandle, yield_now};

    use super::*;
    use crate::domain::EntityKind;

    const SCOPE: ProgramScope = ProgramScope::EVERY_PROGRAM;

    /// A table in which each key but "none" has itself as its record, and "bad"
    /// cannot be read, nor what is read with it. Reads wait at the gate.
    struct Table {
        gathered: Gathered<String>,
        reads: AtomicUsize,
        gate: Semaphore,
    }

    type Found = Result<Option<String>, StoreError>;

    impl Table {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                gathered: Gathered::default(),
                reads: AtomicUsize::new(0),
                gate: Semaphore::new(0),
            })
        }

        async fn find(&self, key: &str) -> Found {
            let read = |keys: KeyRange| async move {
                self.reads.fetch_add(1, Ordering::Relaxed);
                self.gate.acquire().await.unwrap().forget();
                let keys = keys.listed();
                if keys.iter().any(|key| key == "bad") {
                    let (kind, key) = (EntityKind::Site, "bad".to_owned());
                    return Err(StoreError::NotFound { kind, key });
                }
                let there = keys.into_iter().filter(|key| key != "none");
                Ok(there.map(|key| (key.clone(), key)).collect())
            };
            self.gathered.find(SCOPE, key, read).await
        }

        fn open(&self) {
            self.gate.add_permits(100);
        }

        fn reads(&self) -> usize {
            self.reads.load(Ordering::Relaxed)
        }
    }

    /// Begins to look for keys, in this order, as far as the gate lets them.
    async fn begun(table: &Arc<Table>, keys: &[&'static str]) -> Vec<JoinHandle<Found>> {
        let find = |key: &&'static str| {
            let (table, key) = (Arc::clone(table), *key);
            tokio::spawn(async move { table.find(key).await })
        };
        let begun = keys.iter().map(find).collect();
        settled().await;
        begun
    }

    /// Lets every task go as far as it can.
    async fn settled() {
        for _ in 0..100 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn those_who_wait_together_are_read_by_one_statement() {
        let table = Table::new();
        let keys = ["a", "b", "c", "none", "d", "a", "e", "f"];
        let finding = begun(&table, &keys).await;
        assert_eq!(table.reads(), TURNS);
        table.open();
        for (key, found) in keys.iter().zip(finding) {
            let there = (*key != "none").then(|| (*key).to_owned());
            assert_eq!(found.await.unwrap().unwrap(), there, "{key}");
        }
        assert_eq!(table.reads(), TURNS + 1);
        assert!(table.gathered.waiting().is_empty());
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_read_fails_for_those_who_ask_for_it_alone() {
        let table = Table::new();
        let keys = ["a", "b", "bad", "c", "d", "bad"];
        let finding = begun(&table, &keys).await;
        table.open();
        for (key, found) in keys.iter().zip(finding) {
            match (*key, found.await.unwrap()) {
                ("bad", found) => assert!(matches!(found, Err(StoreError::NotFound { .. }))),
                (key, found) => assert_eq!(found.unwrap().as_deref(), Some(key)),
            }
        }
    }

    #[tokio::test]
    async fn who_reads_for_others_and_is_called_off_leaves_them_to_the_next() {
        let table = Table::new();
        let alone = begun(&table, &["a", "b"]).await;
        let mut together = begun(&table, &["gone", "c", "d"]).await;
        table.gate.add_permits(1);
        settled().await;
        assert_eq!(
            table.reads(),
            3,
            "the first has ended, and one reads for the rest"
        );
        together.remove(0).abort();
        table.open();
        for (key, found) in ["a", "b", "c", "d"]
            .iter()
            .zip(alone.into_iter().chain(together))
        {
            assert_eq!(found.await.unwrap().unwrap().as_deref(), Some(*key));
        }
    }
}
