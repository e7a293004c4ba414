//! Which module imports which, by the paths in the sources; none imports itself by way of others.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{Attribute, File, ItemMod, ItemUse, UseTree, Visibility};

use super::{Source, sources};

/// A path as it is written: its segments.
type Segments = Vec<String>;

/// What a file names, and what it hands on from other modules: the name, and where it comes from.
#[derive(Default)]
struct Named {
    paths: Vec<Segments>,
    reexports: BTreeMap<String, Segments>,
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !module.attrs.iter().any(is_for_tests) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        for (name, path) in leaves(&item.tree, &[]) {
            if is_reexport {
                self.reexports.insert(name, path.clone());
            }
            self.paths.push(path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
}

/// Each name that a `use` brings in, with its whole path.
fn leaves(tree: &UseTree, above: &[String]) -> Vec<(String, Segments)> {
    let below = |name: &syn::Ident| [above, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &below(&path.ident)),
        UseTree::Name(name) if name.ident == "self" => {
            vec![(above.last().cloned().unwrap_or_default(), above.to_vec())]
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), below(&name.ident))],
        UseTree::Rename(rename) => vec![(rename.rename.to_string(), below(&rename.ident))],
        UseTree::Glob(_) => vec![("*".to_owned(), above.to_vec())],
        UseTree::Group(group) => group.items.iter().flat_map(|tree| leaves(tree, above)).collect(),
    }
}

/// The modules of the crate by their paths, such as `store/runs`; the crate itself has none.
struct Modules(BTreeMap<String, Named>);

impl Modules {
    fn read() -> Self {
        let own = |source: &Source| !source.module.ends_with("tests") && !source.module.contains("/tests/");
        let modules = sources("src").into_iter().filter(|source| own(source) && source.module != "main");
        Self(
            modules
                .map(|source| {
                    (if source.module == "lib" { String::new() } else { source.module.clone() }, named(&source))
                })
                .collect(),
        )
    }

    /// The module that a path leads to from `module`, by way of what others hand on.
    fn leads_to(&self, module: &str, path: &[String], depth: usize) -> Option<String> {
        let above = || module.rsplit_once('/').map_or("", |(above, _name)| above).to_owned();
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => String::new(),
            "self" => module.to_owned(),
            "super" => above(),
            child => {
                rest = path;
                self.0.contains_key(&join(module, child)).then(|| module.to_owned())?
            }
        };
        while let Some((name, below)) = rest.split_first() {
            at = match name.as_str() {
                "super" => at.rsplit_once('/').map_or("", |(above, _name)| above).to_owned(),
                name if self.0.contains_key(&join(&at, name)) => join(&at, name),
                name => {
                    let reexport = self.0.get(&at).and_then(|named| named.reexports.get(name));
                    let further = reexport.filter(|_| depth < 8).and_then(|path| self.leads_to(&at, path, depth + 1));
                    return Some(further.unwrap_or(at));
                }
            };
            rest = below;
        }
        Some(at)
    }

    /// What each module imports, without those above and below it.
    fn imports(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let of = |module: &String, named: &Named| -> BTreeSet<String> {
            let found = named.paths.iter().filter_map(|path| self.leads_to(module, path, 0));
            found.filter(|other| !is_at_or_below(module, other) && !is_at_or_below(other, module)).collect()
        };
        self.0.iter().map(|(module, named)| (module.as_str(), of(module, named))).collect()
    }
}

fn named(source: &Source) -> Named {
    let file: File = syn::parse_file(&source.text).expect("Rust");
    let mut named = Named::default();
    named.visit_file(&file);
    named
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}/{name}") }
}

fn is_at_or_below(module: &str, top: &str) -> bool {
    top.is_empty() || module.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Everything that a module imports, or that what it imports imports.
fn reached<'a>(imports: &'a BTreeMap<&str, BTreeSet<String>>, from: &str) -> BTreeSet<&'a str> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(module) = next.pop() {
        for other in imports.get(module).into_iter().flatten() {
            if reached.insert(other.as_str()) {
                next.push(other);
            }
        }
    }
    reached
}

/// A module that is in a cycle cannot be understood, tested or moved without the others of it. Parents and children
/// belong together anyway.
#[test]
fn no_module_imports_itself_by_way_of_others() {
    let modules = Modules::read();
    let imports = modules.imports();
    assert!(imports["sync/worker"].contains("sync/run"), "imports are found");
    assert!(imports["sync/run"].contains("store/runs/claim"), "also by way of what a module hands on");
    let reach: BTreeMap<&str, BTreeSet<&str>> = imports.keys().map(|from| (*from, reached(&imports, from))).collect();
    let mut cycles = Vec::new();
    for (from, others) in &imports {
        let back = others.iter().filter(|other| reach.get(other.as_str()).is_some_and(|reach| reach.contains(from)));
        cycles.extend(back.map(|other| format!("{from} imports {other}")));
    }
    assert!(cycles.is_empty(), "{cycles:#?}");
}
