//! Texts with places for arguments.
//!
//! - `{0}`: the first argument; `(unknown)` when there is none.
//! - `{0|source=at the source|destination=at the destination}`: other words for some arguments.
//! - `{0|1=record|*=records}`: words for one argument, and for all others.
//! - `[, {0} B]`: a part that is omitted when one of its arguments is missing or empty.
//!
//! Arguments are put in as they are and never read as templates themselves.

/// Replaces an argument that a message does not have.
const MISSING: &str = "(unknown)";

/// The choice for all arguments that are not named before it.
const OTHERS: &str = "*";

/// The text with its arguments.
pub(super) fn fill(template: &str, args: &[String]) -> String {
    let mut text = String::with_capacity(template.len() + args.iter().map(String::len).sum::<usize>());
    let mut rest = template;
    while let Some((before, (part, after))) =
        rest.split_once('[').and_then(|(before, rest)| Some((before, rest.split_once(']')?)))
    {
        put(&mut text, before, args);
        if !lacks_arguments(part, args) {
            put(&mut text, part, args);
        }
        rest = after;
    }
    put(&mut text, rest, args);
    text
}

/// The placeholders of a text, without their braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(inside, _)| inside)
}

fn lacks_arguments(part: &str, args: &[String]) -> bool {
    placeholders(part).any(|inside| value(inside, args).is_none())
}

fn put(text: &mut String, template: &str, args: &[String]) {
    let mut rest = template;
    while let Some((before, (inside, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        text.push_str(before);
        text.push_str(value(inside, args).or_else(|| for_others(inside)).unwrap_or(MISSING));
        rest = after;
    }
    text.push_str(rest);
}

/// The words for a placeholder; `None` when its argument is missing or empty.
fn value<'a>(inside: &'a str, args: &'a [String]) -> Option<&'a str> {
    let mut parts = inside.split('|');
    let place: usize = parts.next()?.parse().ok()?;
    let arg = args.get(place).map(String::as_str).filter(|arg| !arg.is_empty())?;
    let other = parts.filter_map(|choice| choice.split_once('=')).find(|(word, _)| [arg, OTHERS].contains(word));
    Some(other.map_or(arg, |(_, words)| words))
}

/// The words of a placeholder for all arguments that are not named.
fn for_others(inside: &str) -> Option<&str> {
    inside
        .split('|')
        .filter_map(|choice| choice.split_once('='))
        .find_map(|(word, words)| (word == OTHERS).then_some(words))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::none("Done.", &[], "Done.")]
    #[case::in_order("{0} of {1}", &["3", "7"], "3 of 7")]
    #[case::in_any_order("{1}, {0}, {1}", &["a", "b"], "b, a, b")]
    #[case::missing("{0} of {1}", &["3"], "3 of (unknown)")]
    #[case::empty("{0}!", &[""], "(unknown)!")]
    #[case::too_many("{0}", &["a", "b"], "a")]
    #[case::optional("Copied[, {0} B].", &["12"], "Copied, 12 B.")]
    #[case::optional_missing("Copied[, {0} B].", &[], "Copied.")]
    #[case::optional_empty("Copied[, {0} B].", &[""], "Copied.")]
    #[case::two_optional("Long[: {0}][, at most {1}].", &["9", ""], "Long: 9.")]
    #[case::one_of_two_in_a_part("a[ {0} {1}]b", &["x"], "ab")]
    #[case::choice("Gone[ {0|here=on this side|there=on that side}].", &["there"], "Gone on that side.")]
    #[case::no_choice_fits("Gone[ {0|here=on this side}].", &["elsewhere"], "Gone elsewhere.")]
    #[case::one("{0} {0|1=item|*=items}", &["1"], "1 item")]
    #[case::several("{0} {0|1=item|*=items}", &["12"], "12 items")]
    #[case::unknown_number("{0} {0|1=item|*=items}", &[], "(unknown) items")]
    #[case::unknown_number_in_a_part("a[ {0|1=item|*=items}]b", &[], "ab")]
    #[case::arguments_are_not_templates("{0} {1}", &["{1}", "[{0}]"], "{1} [{0}]")]
    #[case::argument_with_a_closing_bracket("[{0}]!", &["a]b"], "a]b!")]
    #[case::unclosed("a {0", &["x"], "a {0")]
    #[case::unclosed_part("a [{0} b", &["x"], "a [x b")]
    #[case::no_number("{name}", &["x"], "(unknown)")]
    fn texts_are_filled(#[case] template: &str, #[case] args: &[&str], #[case] expected: &str) {
        let args: Vec<String> = args.iter().map(ToString::to_string).collect();
        assert_eq!(fill(template, &args), expected);
    }
}
