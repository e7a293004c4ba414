//! Which entity sets are read.

use super::settings::{DataSet, Role};

/// A line of a data set: a name in which `*` matches any characters, or names to skip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    out: bool,
}

impl Pattern {
    /// `None` when no entity set can have such a name.
    pub(super) fn read(line: &str) -> Option<Self> {
        let (text, out) = line.strip_prefix('-').map_or((line, false), |text| (text.trim(), true));
        let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '*');
        (!text.is_empty() && text.len() <= 200 && text.chars().all(fits)).then(|| Self { text: text.to_owned(), out })
    }

    /// The name, if it is one and no pattern.
    fn name(&self) -> Option<&str> {
        (!self.out && !self.text.contains('*')).then_some(self.text.as_str())
    }

    fn matches(&self, name: &str) -> bool {
        let mut parts = self.text.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else { return rest.is_empty() };
        for part in parts {
            let Some((_, after)) = rest.split_once(part) else { return false };
            rest = after;
        }
        rest.ends_with(last)
    }
}

/// A set that is to be read, with its data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) data_set: String,
}

fn patterns(data_set: &DataSet) -> Vec<Pattern> {
    data_set.patterns.iter().filter_map(|line| Pattern::read(line)).collect()
}

/// Whether a data set has a set of this name.
fn has(patterns: &[Pattern], name: &str) -> bool {
    let any = |out: bool| patterns.iter().any(|pattern| pattern.out == out && pattern.matches(name));
    any(false) && !any(true)
}

/// The sets of the service that the settings name. The configuration comes first.
pub(super) fn select<'a>(data_sets: &[DataSet], names: impl Iterator<Item = &'a str>) -> Vec<Selected> {
    let lists: Vec<(&DataSet, Vec<Pattern>)> = in_order(data_sets).map(|set| (set, patterns(set))).collect();
    names
        .filter_map(|name| {
            let (data_set, _) = lists.iter().find(|(_, patterns)| has(patterns, name))?;
            Some(Selected { name: name.to_owned(), role: data_set.role, data_set: data_set.name.clone() })
        })
        .collect()
}

/// Whether the settings name this set, and whether by its own name.
pub(super) fn wanted(data_sets: &[DataSet], name: &str) -> bool {
    data_sets.iter().any(|set| has(&patterns(set), name))
}

/// The sets that the settings name one by one.
pub(super) fn named(data_sets: &[DataSet]) -> Vec<String> {
    let lists = data_sets.iter().flat_map(patterns);
    lists.filter_map(|pattern| pattern.name().map(str::to_owned)).collect()
}

fn in_order(data_sets: &[DataSet]) -> impl Iterator<Item = &DataSet> {
    let of = |role: Role| data_sets.iter().filter(move |set| set.role == role);
    of(Role::Configuration).chain(of(Role::Master))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("A_*", "A_Product", true)]
    #[case("A_*", "B_Product", false)]
    #[case("*Text", "A_ProductText", true)]
    #[case("*Text", "A_ProductTexts", false)]
    #[case("A_*Text*", "A_ProductText", true)]
    #[case("Product", "Product", true)]
    #[case("Product", "Products", false)]
    #[case("*", "Anything", true)]
    #[case("A*A", "A", false)]
    fn patterns_match(#[case] pattern: &str, #[case] name: &str, #[case] expected: bool) {
        assert_eq!(Pattern::read(pattern).unwrap().matches(name), expected);
    }

    fn data_set(role: Role, patterns: &[&str]) -> DataSet {
        let name = format!("{role:?}");
        DataSet { role, name, patterns: patterns.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn the_first_data_set_that_names_a_set_has_it() {
        let data_sets = [data_set(Role::Master, &["*", "-*Text"]), data_set(Role::Configuration, &["Units"])];
        let names = ["Products", "ProductText", "Units"];
        let selected = select(&data_sets, names.into_iter());
        let told: Vec<(&str, &str)> = selected.iter().map(|set| (set.name.as_str(), set.data_set.as_str())).collect();
        assert_eq!(told, [("Products", "Master"), ("Units", "Configuration")]);
        assert_eq!(named(&data_sets), ["Units"]);
        assert!(wanted(&data_sets, "Gone") && !wanted(&data_sets, "GoneText"));
    }

    #[test]
    fn what_can_be_no_set() {
        for line in ["", "-", "a b", "Set?", "../x"] {
            assert_eq!(Pattern::read(line), None, "{line}");
        }
    }
}
