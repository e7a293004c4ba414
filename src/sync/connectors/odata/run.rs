//! A run: the model, every set, references, and the flip; then what there is to tell.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use super::codes;
use super::metadata::Model;
use super::reading::{SetReader, about_set};
use super::record::Absent;
use super::references::{self, Read};
use super::select::{Selected, named, select, wanted};
use super::service::Service;
use super::settings::{Gone, Settings};
use super::shared::{Shared, model};
use crate::domain::brake;
use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::{Context, Halt};
use crate::sync::publish::{Finished, Published};
use crate::sync::stop::Stopped;

/// Carries it out.
pub(super) async fn synchronize(context: &Context, settings: Settings) -> Result<(), Halt> {
    context.progress.update(|now| now.phase = "reading");
    let service = Service::of_run(&context.peer, &settings, context.stop.clone(), context.progress.clone())?;
    let model = model(&service).await?;
    let selected = selected(&settings, &model)?;
    let shared = Shared {
        service,
        settings: Arc::new(settings),
        version: model.version,
        journal: context.journal.clone(),
        progress: context.progress.clone(),
        replica: context.replica.clone(),
        stop: context.stop.clone(),
    };
    let names = selected.iter().map(|set| (set.name.clone(), set.data_set.clone())).collect();
    let published = context.replica.begin(names).await?;
    gone(&shared, &model, &published).await?;
    compare(&shared, &model, &published, &selected).await?;
    let mut sets = read_all(&shared, &model, &published, selected).await?;
    context.progress.update(|now| {
        now.total_final = true;
        now.phase = "comparing";
    });
    references::check(&mut sets).await?;
    // What was read under another model may not belong together.
    if self::model(&shared.service).await? != model {
        return Err(Failure::new(Stage::Content, codes::MODEL_MOVED).transient().into());
    }
    context.progress.update(|now| now.phase = "publishing");
    context.stop.check()?;
    // What comes with the flip stands after what led to it.
    context.journal.flush().await?;
    let now = context.clock.now();
    let closing: Vec<_> = sets.iter().flat_map(closing).map(|message| (now, message)).collect();
    let told = closing.len();
    let finished = sets.iter().map(|(reader, outcome)| Finished {
        set: reader.published.id,
        tally: outcome.tally.clone(),
        state: outcome.state.json(),
    });
    let kept = serde_json::to_string(&model).unwrap_or_default();
    context.replica.publish(kept, finished.collect(), closing).await?;
    context.journal.stored_elsewhere(told);
    Ok(())
}

/// The sets to be read, by name.
pub(super) fn selected(settings: &Settings, model: &Model) -> Result<Vec<Selected>, Failure> {
    let selected = select(&settings.data_sets, model.sets.keys().map(String::as_str));
    if selected.is_empty() {
        let names: Vec<&str> = model.sets.keys().map(String::as_str).take(50).collect();
        return Err(Failure::new(Stage::Content, codes::NO_SETS).arg(names.join(", ")));
    }
    Ok(selected)
}

/// Sets that the settings name, or that were read before, and that the service does not have.
async fn gone(shared: &Shared, model: &Model, published: &Published) -> Result<(), Halt> {
    let data_sets = &shared.settings.data_sets;
    let read = published.sets.iter().filter(|set| set.read && wanted(data_sets, &set.name));
    let names: BTreeSet<String> = read.map(|set| set.name.clone()).chain(named(data_sets)).collect();
    for name in names.iter().filter(|name| !model.sets.contains_key(*name)) {
        match shared.settings.gone {
            Gone::Warning => shared.log(about_set(Category::Warning, codes::SET_GONE, name)).await?,
            Gone::Error => return Err(Failure::new(Stage::Content, codes::SET_MISSING).arg(name).into()),
        }
    }
    Ok(())
}

/// Tells what is different from the model of the last time.
async fn compare(shared: &Shared, model: &Model, published: &Published, selected: &[Selected]) -> Result<(), Halt> {
    let Ok(before) = serde_json::from_str::<Model>(&published.model) else { return Ok(()) };
    for Selected { name, .. } in selected {
        let (Some(now), was) = (model.sets.get(name), before.sets.get(name)) else { continue };
        let change = match was {
            Some(was) if was.structure() == now.structure() => continue,
            None => "new".to_owned(),
            Some(was) => {
                let names: BTreeSet<&String> = now.properties.keys().chain(was.properties.keys()).collect();
                let differ = |name: &&String| now.properties.get(*name) != was.properties.get(*name);
                names.into_iter().filter(differ).cloned().collect::<Vec<_>>().join(", ")
            }
        };
        shared.log(about_set(Category::Information, codes::MODEL, name).arg(change)).await?;
    }
    Ok(())
}

/// Reads every set, so many at a time; the first that fails ends all.
async fn read_all(
    shared: &Shared,
    model: &Model,
    published: &Published,
    selected: Vec<Selected>,
) -> Result<Vec<Read>, Halt> {
    let places = Arc::new(Semaphore::new(shared.settings.parallel));
    let mut readers = JoinSet::new();
    for selected in selected {
        let of_service = model.sets.get(&selected.name).cloned();
        let of_replica = published.sets.iter().find(|set| set.name == selected.name).cloned();
        let (Some(model), Some(published)) = (of_service, of_replica) else { continue };
        let reader = SetReader { shared: shared.clone(), selected, model: Arc::new(model), published };
        let places = places.clone();
        readers.spawn(async move {
            let _place = places.acquire_owned().await;
            let outcome = reader.read().await?;
            Ok::<Read, Halt>((reader, outcome))
        });
    }
    let mut sets = Vec::new();
    while let Some(read) = readers.join_next().await {
        match read.map_err(JoinError::try_into_panic) {
            Ok(read) => sets.push(read?),
            // Told, with a number to look for, where a run's own panic is.
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_aborted)) => return Err(Halt::Stopped(Stopped::LeaseLost)),
        }
    }
    sets.sort_by(|one, other| one.0.name().cmp(other.0.name()));
    Ok(sets)
}

/// Of so many properties of a set it is told one by one that they were absent.
const MOST_ABSENT: usize = 10;

/// What became of a set.
fn closing((reader, outcome): &Read) -> Vec<Message> {
    let (role, name, tally) = (reader.selected.role, reader.name(), &outcome.tally);
    let mut closing = absent(name, &outcome.absent);
    if !tally.changed() {
        closing.push(about_set(Category::Information, role.of(codes::UNCHANGED), name));
        return closing;
    }
    let parts = [
        (tally.inserted, codes::INSERTED, Operation::Insert),
        (tally.updated, codes::UPDATED, Operation::Update),
        (tally.orphaned, codes::ORPHANED, Operation::Delete),
    ];
    for (n, codes, operation) in parts {
        if n == 0 {
            continue;
        }
        let message = Message::of_item(Category::Success, role.of(codes), operation, "entity set", name.as_bytes());
        let mut message = message.arg(n.to_string()).arg(name);
        if operation == Operation::Insert && tally.returned > 0 {
            // The third is the system, for engines that name it.
            message = message.arg("").arg(tally.returned.to_string());
        }
        closing.push(message);
    }
    let (gone, had) = (tally.orphaned, reader.published.active);
    // The numbers of a mirror's brake; nothing has to stop here, because what is orphaned comes back.
    if had > brake::DEFAULT_COUNT && brake::decide(gone, had, false, brake::DEFAULT_PERCENT, 0).is_some() {
        let warning =
            Message::of_item(Category::Warning, codes::LOSS, Operation::Delete, "entity set", name.as_bytes());
        closing.push(warning.arg(gone.to_string()).arg(name).arg(had.to_string()));
    }
    closing
}

/// Which properties were left out that may be; those beyond the first few together.
fn absent(set: &str, absent: &Absent) -> Vec<Message> {
    let tell = |what: String, records: i64| {
        let message =
            Message::of_item(Category::Information, codes::ABSENT, Operation::None, "entity set", set.as_bytes());
        message.arg(what).arg(set).arg(records.to_string())
    };
    let one_by_one = absent.iter().take(MOST_ABSENT).map(|(name, records)| tell(name.clone(), *records));
    let further: Vec<i64> = absent.values().skip(MOST_ABSENT).copied().collect();
    let most = further.iter().max().map(|most| tell(format!("{} further properties", further.len()), *most));
    one_by_one.chain(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_properties_are_told_together() {
        let absent_from = |n: i64| (0..n).map(|n| (format!("P{n:02}"), n + 1)).collect::<Absent>();
        assert!(absent("Things", &Absent::new()).is_empty());
        assert_eq!(absent("Things", &absent_from(10)).len(), 10);
        let told = absent("Things", &absent_from(12));
        assert_eq!((told.len(), told[0].args.join(" ")), (11, "P00 Things 1".to_owned()));
        assert_eq!(told[10].args, ["2 further properties", "Things", "12"]);
    }
}
