//! A run: the model, every set, references, and the flip; then what there is to tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use super::closing::closing;
use super::codes;
use super::counter::Counter;
use super::description;
use super::failures::Failures;
use super::metadata::{EntitySet, Model};
use super::reading::{Fate, SetReader, about_set};
use super::references::{self, Read};
use super::select::{Selected, named, select, wanted};
use super::service::Service;
use super::settings::{Gone, Settings};
use super::shared::Shared;
use super::state::structure;
use crate::domain::message::Category;
use crate::domain::phase::Phase;
use crate::domain::run::{PeerFailure, Stage};
use crate::sync::connector::Context;
use crate::sync::ports::Ports;
use crate::sync::replica::{Finished, Published, Replica};
use crate::sync::stop::StopReason;
use crate::sync::stop::Stopped;

/// Carries it out. Sets that cannot be read stay as they were; if there are others, those are published first.
pub(super) async fn synchronize(context: &Context, ports: &Ports, settings: Settings) -> Result<(), StopReason> {
    context.progress.phase(Phase::ReadMetadata);
    let service = Service::of_run(&context.peer, &settings, context.stop.clone(), context.progress.clone())?;
    // Its memory counts until the run ends.
    let (model, _kept) = description::kept(&service, &settings).await?;
    let selected = selected(&settings, &model)?;
    let all = selected.len();
    let shared = Shared {
        service,
        settings: Arc::new(settings),
        version: model.version,
        names: Arc::new(model.names().map(str::to_owned).collect()),
        journal: context.journal.clone(),
        progress: context.progress.clone(),
        replica: Replica::of(ports),
        stop: context.stop.clone(),
        plain_numbers: Arc::default(),
        sets: Arc::new(Counter::of(all)),
    };
    let usable = selected.iter().filter(|set| model.sets.contains_key(&set.name));
    let names = usable.map(|set| (set.name.clone(), set.data_set.clone())).collect();
    let mut published = shared.replica.begin(names).await?;
    let before = serde_json::from_str::<Model>(&std::mem::take(&mut published.model)).ok();
    gone(&shared, &model, &published).await?;
    if let Some(before) = &before {
        compare(&shared, &model, before, &selected).await?;
    }
    let before = before.map(|before| staying(before, &model, &published));
    context.progress.phase(Phase::ReadSets);
    let AllRead { mut sets, staying, failures } = read_all(&shared, &model, &published, selected).await?;
    if sets.is_empty() && !failures.is_empty() {
        return Err(failures.of_all(&shared).await?);
    }
    context.progress.update(|now| now.total_final = true);
    context.progress.phase(Phase::Verify);
    references::check(&mut sets, &staying).await?;
    let later = description::read(&shared.service, &shared.settings, structures).await?;
    if sets.iter().any(|(reader, _)| later.get(reader.name()) != Some(&structure(&reader.model))) {
        // What was read under another model may not belong together.
        return Err(PeerFailure::new(Stage::Content, codes::MODEL_MOVED).transient().into());
    }
    context.progress.phase(Phase::Publish);
    context.stop.check()?;
    // Flush first, so that the closing messages come after the messages that led to them.
    failures.report(&shared).await?;
    context.journal.flush().await?;
    let now = context.clock.now();
    let closing: Vec<_> = sets.iter().flat_map(closing).map(|message| (now, message)).collect();
    let messages = closing.len();
    let finished = sets.iter().map(|(reader, outcome)| Finished {
        set: reader.published.id,
        tally: outcome.tally.clone(),
        state: outcome.state.json(),
    });
    let kept = serde_json::to_string(&kept(model, before)).unwrap_or_default();
    shared.replica.publish(kept, finished.collect(), closing).await?;
    context.journal.stored_elsewhere(messages);
    failures.of_some(all).map_or(Ok(()), |failure| Err(failure.into()))
}

/// The sets to be read, by name. At least one of them is usable.
pub(super) fn selected(settings: &Settings, model: &Model) -> Result<Vec<Selected>, PeerFailure> {
    let selected = select(&settings.data_sets, model.names());
    if selected.is_empty() {
        let names: Vec<&str> = model.names().take(50).collect();
        return Err(PeerFailure::new(Stage::Content, codes::NO_SETS).arg(names.join(", ")));
    }
    match selected.iter().map(|set| model.unusable.get(&set.name)).collect::<Option<Vec<_>>>() {
        Some(whys) => Err(unusable(selected.first(), whys.first().copied())),
        None => Ok(selected),
    }
}

fn unusable(set: Option<&Selected>, why: Option<&String>) -> PeerFailure {
    let name = set.map(|set| set.name.as_str()).unwrap_or_default();
    PeerFailure::new(Stage::Content, codes::UNUSABLE).arg(name).arg(why.map(String::as_str).unwrap_or_default())
}

/// The model as it is kept: with what it was of sets whose records stay although the service does not have them now.
fn kept(mut model: Model, staying: Option<BTreeMap<String, Arc<EntitySet>>>) -> Model {
    for (name, set) in staying.into_iter().flatten() {
        model.sets.entry(name).or_insert(set);
    }
    model
}

/// Digests of the structures of all sets.
fn structures(model: Model) -> BTreeMap<String, String> {
    model.sets.into_iter().map(|(name, set)| (name, structure(&set))).collect()
}

/// Of the model of the last time, the sets whose records stay although the service does not have them now.
fn staying(before: Model, model: &Model, published: &Published) -> BTreeMap<String, Arc<EntitySet>> {
    let is_published = |name: &String| published.sets.iter().any(|set| set.read_run.is_some() && set.name == *name);
    before.sets.into_iter().filter(|(name, _)| !model.sets.contains_key(name) && is_published(name)).collect()
}

/// Sets that the settings name, or that were read before, and that the service does not have.
async fn gone(shared: &Shared, model: &Model, published: &Published) -> Result<(), StopReason> {
    let data_sets = &shared.settings.data_sets;
    let read = published.sets.iter().filter(|set| set.read_run.is_some() && wanted(data_sets, &set.name));
    let names: BTreeSet<String> = read.map(|set| set.name.clone()).chain(named(data_sets)).collect();
    for name in names.iter().filter(|name| !model.has(name)) {
        match shared.settings.gone {
            Gone::Warning => shared.log(about_set(Category::Warning, codes::SET_GONE, name)).await?,
            Gone::Error => return Err(PeerFailure::new(Stage::Content, codes::SET_MISSING).arg(name).into()),
        }
    }
    Ok(())
}

/// Reports what is different from the model of the last time.
async fn compare(shared: &Shared, model: &Model, before: &Model, selected: &[Selected]) -> Result<(), StopReason> {
    for Selected { name, .. } in selected {
        let (Some(now), was) = (model.sets.get(name), before.sets.get(name)) else { continue };
        let change = match was {
            Some(was) if was.structure() == now.structure() => continue,
            None => "new".to_owned(),
            Some(was) => {
                let properties = now.properties.keys().chain(was.properties.keys());
                let differ = |name: &&String| now.properties.get(*name) != was.properties.get(*name);
                let types = now.derived.keys().chain(was.derived.keys());
                let types = types.filter(|name| now.derived.get(*name) != was.derived.get(*name));
                let names: BTreeSet<&String> = properties.filter(differ).chain(types).collect();
                names.into_iter().take(MOST_CHANGED).cloned().collect::<Vec<_>>().join(", ")
            }
        };
        shared.log(about_set(Category::Information, codes::MODEL, name).arg(change)).await?;
    }
    Ok(())
}

/// Maximum number of properties and types that are reported as changed.
const MOST_CHANGED: usize = 100;

/// What became of all sets.
#[derive(Default)]
struct AllRead {
    sets: Vec<Read>,
    /// Sets that stay as they were.
    staying: Vec<SetReader>,
    failures: Failures,
}

/// Reads every set, a few concurrently.
async fn read_all(
    shared: &Shared,
    model: &Model,
    published: &Published,
    selected: Vec<Selected>,
) -> Result<AllRead, StopReason> {
    let places = Arc::new(Semaphore::new(shared.settings.parallel));
    let (mut readers, mut all) = (JoinSet::new(), AllRead::default());
    for selected in selected {
        if let Some(why) = model.unusable.get(&selected.name) {
            let failure = unusable(Some(&selected), Some(why));
            all.failures.add(selected.name, failure);
            continue;
        }
        let of_service = model.sets.get(&selected.name).cloned();
        let of_replica = published.sets.iter().find(|set| set.name == selected.name).cloned();
        let (Some(model), Some(published)) = (of_service, of_replica) else { continue };
        let reader = SetReader { shared: shared.clone(), selected, model, published };
        let places = places.clone();
        readers.spawn(async move {
            let _place = places.acquire_owned().await;
            let fate = reader.read().await?;
            Ok::<_, StopReason>((reader, fate))
        });
    }
    while let Some(read) = readers.join_next().await {
        let (reader, fate) = match read.map_err(JoinError::try_into_panic) {
            Ok(read) => read?,
            // Reported, with a number to look for, where a run's own panic is.
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_aborted)) => return Err(StopReason::Stopped(Stopped::LeaseLost)),
        };
        match fate {
            Fate::Read(outcome) => {
                all.failures.in_a_row = 0;
                all.sets.push((reader, outcome));
            }
            Fate::Gone => all.staying.push(reader),
            Fate::Failed(failure) => {
                all.failures.add(reader.name().to_owned(), failure);
                all.staying.push(reader);
                if all.failures.is_service() {
                    return Err(all.failures.of_all(shared).await?);
                }
            }
        }
    }
    all.sets.sort_by(|one, other| one.0.name().cmp(other.0.name()));
    Ok(all)
}
