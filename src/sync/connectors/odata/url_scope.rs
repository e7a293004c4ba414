//! Where links lead, and of which set an answer says that it is.

use percent_encoding::percent_decode_str;
use reqwest::Url;

use crate::net::origin::path;

/// Whether a URL is the service root, or below it. One path can be written in many ways: with other letters encoded, and
/// services of SAP and of IIS write it in large or small letters, however they were asked.
pub(super) fn is_within(root: &Url, url: &Url) -> bool {
    let path = |url: &Url| path(url.as_str()).map(|path| path.to_lowercase());
    let (Some(above), Some(below)) = (path(root), path(url)) else { return false };
    root.origin() == url.origin() && below.starts_with(&above)
}

/// The first name in the fragment of a context URL: an entity set, unless it is a type or a container.
pub(super) fn first_name(context: &str) -> Option<String> {
    let (_, fragment) = context.split_once('#')?;
    let fragment = percent_decode_str(fragment).decode_utf8_lossy();
    let end = fragment.find(['(', '/']).unwrap_or(fragment.len());
    let name = fragment.get(..end).unwrap_or_default();
    let is_type = name == "Collection" && fragment.get(end..).is_some_and(|rest| rest.starts_with('('));
    (!is_type && !name.is_empty()).then(|| name.to_owned())
}

/// The properties that the fragment of a context URL names: only these are in the records. `None` where it names none.
pub(super) fn selected(context: &str) -> Option<Vec<String>> {
    let (_, fragment) = context.split_once('#')?;
    let fragment = percent_decode_str(fragment).decode_utf8_lossy();
    let fragment = fragment.trim_end_matches("/$delta").trim_end_matches("/$entity");
    let (name, list) = fragment.strip_suffix(')')?.split_once('(')?;
    // A key has quotes, numbers or names with values.
    let is_list = |letter: char| letter.is_alphanumeric() || "_./,()*+".contains(letter);
    if name == "Collection" || !list.chars().all(is_list) || list.chars().all(|letter| letter.is_ascii_digit()) {
        return None;
    }
    let (mut names, mut depth, mut from) = (Vec::new(), 0_u32, 0);
    for (at, letter) in list.char_indices().chain([(list.len(), ',')]) {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                names.push(list.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    // What has parentheses is an expanded navigation; it says nothing of properties.
    let names: Vec<String> =
        names.into_iter().filter(|name| !name.is_empty() && !name.contains('(')).map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Orders?$skiptoken=1", true)]
    #[case("/t%65nant/odata%20v4/Orders", true)]
    #[case("HTTP://HOST:80/tenant/odata v4/Orders", true)]
    #[case("/Tenant/ODATA%20v4/Orders", true)]
    #[case("http://host/tenant/odata%20v4?$skiptoken=1", true)]
    #[case("x/../Orders", true)]
    #[case("Orders('a..b')", true)]
    #[case("../Orders", false)]
    #[case("%2e%2e/Orders", false)]
    #[case("..%2FOrders", false)]
    #[case("a/..%5c..%2FOrders", false)]
    #[case("/othertenant/Orders", false)]
    #[case("/tenant/odata%20v4x/Orders", false)]
    #[case("%252e%252e/Orders", false)]
    #[case("/tenant/", false)]
    #[case("/", false)]
    #[case("https://host/tenant/odata%20v4/Orders", false)]
    #[case("//other/tenant/odata%20v4/Orders", false)]
    fn links_stay_below_the_root(#[case] link: &str, #[case] expected: bool) {
        let root = Url::parse("http://host/tenant/odata%20v4/").unwrap();
        assert_eq!(is_within(&root, &root.join(link).unwrap()), expected, "{link}");
        let without_slash = Url::parse("http://host/tenant/odata%20v4").unwrap();
        assert_eq!(is_within(&without_slash, &root.join(link).unwrap()), expected, "{link}");
        assert!(is_within(&Url::parse("http://host").unwrap(), &root));
    }

    #[rstest]
    #[case("$metadata#Orders(Id,Name)", Some(&["Id", "Name"][..]))]
    #[case("$metadata#Orders(Id)/$delta", Some(&["Id"][..]))]
    #[case("#Orders(*)", Some(&["*"][..]))]
    #[case("#Orders(Items(Id,No),Name)", Some(&["Name"][..]))]
    #[case("#Orders(Items())", None)]
    #[case("#Orders", None)]
    #[case("#Orders('a')", None)]
    #[case("#Orders(7)", None)]
    #[case("#Orders(Id=7)", None)]
    #[case("#Collection(NS.Order)", None)]
    fn selected_properties(#[case] context: &str, #[case] expected: Option<&[&str]>) {
        let expected: Option<Vec<String>> = expected.map(|names| names.iter().map(ToString::to_string).collect());
        assert_eq!(selected(context), expected);
    }

    #[rstest]
    #[case("http://host/$metadata#Orders", Some("Orders"))]
    #[case("$metadata#Orders(Id,Name)", Some("Orders"))]
    #[case("$metadata#%4frders%28Id%29", Some("Orders"))]
    #[case("#Orders/$delta", Some("Orders"))]
    #[case("#Orders/NS.Derived", Some("Orders"))]
    #[case("#NS.Container/Orders", Some("NS.Container"))]
    #[case("#Collection(NS.Order)", None)]
    #[case("#Collection", Some("Collection"))]
    #[case("#", None)]
    #[case("x", None)]
    fn contexts(#[case] context: &str, #[case] expected: Option<&str>) {
        assert_eq!(first_name(context).as_deref(), expected);
    }
}
