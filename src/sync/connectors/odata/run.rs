//! A run: the model, every set, references, and the flip; then what there is to tell.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::codes;
use super::metadata::Model;
use super::reading::{Outcome, SetReader, about_set};
use super::references::{self, Read};
use super::select::{Selected, named, select, wanted};
use super::service::Service;
use super::settings::{Gone, Settings};
use super::shared::{Shared, model};
use crate::domain::message::{Category, Message, Operation};
use crate::domain::run::{Failure, Stage};
use crate::sync::connector::{Context, Halt};
use crate::sync::publish::{Finished, Published};

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
    let finished = sets.iter().map(|(reader, outcome)| Finished {
        set: reader.published.id,
        tally: outcome.tally.clone(),
        state: outcome.state.json(),
    });
    let kept = serde_json::to_string(&model).unwrap_or_default();
    context.replica.publish(kept, finished.collect()).await?;
    for (reader, outcome) in &sets {
        tell(&shared, reader, outcome).await?;
    }
    Ok(())
}

/// The sets to be read, by name.
pub(super) fn selected(settings: &Settings, model: &Model) -> Result<Vec<Selected>, Failure> {
    let selected = select(&settings.data_sets, model.sets.keys().map(String::as_str));
    if selected.is_empty() {
        let names: Vec<&str> = model.sets.keys().map(String::as_str).take(50).collect();
        return Err(Failure::new(Stage::Settings, codes::NO_SETS).arg(names.join(", ")));
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
            Some(was) if was == now => continue,
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
        sets.push(read.map_err(|_ended| Failure::new(Stage::Content, "RUN-INTERNAL"))??);
    }
    sets.sort_by(|one, other| one.0.name().cmp(other.0.name()));
    Ok(sets)
}

/// What became of a set.
async fn tell(shared: &Shared, reader: &SetReader, outcome: &Outcome) -> Result<(), Halt> {
    let (role, name, tally) = (reader.selected.role, reader.name(), &outcome.tally);
    if !tally.changed() {
        return shared.log(about_set(Category::Information, role.of(codes::UNCHANGED), name)).await;
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
            message = message.arg(tally.returned.to_string());
        }
        shared.log(message).await?;
    }
    Ok(())
}
