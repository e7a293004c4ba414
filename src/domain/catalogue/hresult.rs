//! Error numbers of Azure File Sync (HRESULT): known by their name, and by their number in each notation that logs use.

use std::sync::LazyLock;

/// One line for each: number, name, `transient` or `action`, what it means, what to do.
const TABLE: &str = include_str!("azure_file_sync.tsv");

/// An error number. One can mean different things for a session and for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HResult {
    pub number: u32,
    /// Its name in the programs that report it.
    pub name: &'static str,
    /// It goes away without anybody's help.
    pub is_transient: bool,
    /// What it means, with what to do.
    pub meanings: Vec<(&'static str, &'static str)>,
}

/// All of them, by name.
#[must_use]
pub fn all() -> &'static [HResult] {
    static ALL: LazyLock<Vec<HResult>> = LazyLock::new(read);
    &ALL
}

fn read() -> Vec<HResult> {
    let mut all: Vec<HResult> = Vec::new();
    for line in TABLE.lines() {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        let (number, name, class, meaning, to_do) = (number(cell()), cell(), cell(), cell(), cell());
        let Some(number) = number else { continue };
        let is_transient = class == "transient";
        match all.iter_mut().find(|known| known.number == number) {
            Some(known) => {
                known.is_transient &= is_transient;
                known.meanings.push((meaning, to_do));
            }
            None => all.push(HResult { number, name, is_transient, meanings: vec![(meaning, to_do)] }),
        }
    }
    all.sort_by_key(|one| one.name);
    all
}

/// The one that is meant, by name or number.
#[must_use]
pub fn find(typed: &str) -> Option<&'static HResult> {
    let (number, name) = (number(typed), squeezed(typed));
    all().iter().find(|one| Some(one.number) == number || squeezed(one.name) == name)
}

/// A number with 32 bits in any notation: `0x80C8300E`, `80c8300e`, `-2134364146`, `2160603150`, with or without spaces.
#[must_use]
pub fn number(typed: &str) -> Option<u32> {
    let typed: String = typed.chars().filter(|letter| !letter.is_whitespace()).collect();
    let typed = typed.replace(['\u{2212}', '\u{2013}'], "-").to_ascii_lowercase();
    if let Some(digits) = typed.strip_prefix("0x") {
        return hex(digits);
    }
    if let Ok(signed) = typed.parse::<i32>() {
        return Some(u32::from_ne_bytes(signed.to_ne_bytes()));
    }
    typed.parse().ok().or_else(|| (typed.len() == 8).then(|| hex(&typed)).flatten())
}

fn hex(digits: &str) -> Option<u32> {
    // `from_str_radix` accepts a sign.
    digits.chars().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// Letters and digits alone, in small letters: `File_Brake`, `file brake` and `FILE-BRAKE` are the same.
#[must_use]
pub fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl HResult {
    /// As logs write it: `0x80c8300e`.
    #[must_use]
    pub fn hex(&self) -> String {
        format!("0x{:08x}", self.number)
    }

    /// As a number with a sign: `-2134364146`.
    #[must_use]
    pub const fn signed(&self) -> i32 {
        i32::from_ne_bytes(self.number.to_ne_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notation_finds_it() {
        for typed in [
            "0x80C8300E",
            "0X80c8300e",
            " 0x 80c8 300e ",
            "80C8300E",
            "-2134364146",
            "\u{2212}2134364146",
            "2160603150",
            "2 160 603 150",
            "ECS_E_CANNOT_UPDATE_REPLICA_WATERMARK",
            "ecs_e_cannot_update_replica_watermark",
            "ecs e cannot update replica watermark",
        ] {
            let found = find(typed).unwrap_or_else(|| panic!("{typed}"));
            assert_eq!((found.hex().as_str(), found.signed()), ("0x80c8300e", -2_134_364_146), "{typed}");
        }
        for typed in ["", "0x", "0x80c8300", "300e", "-", "+0x80c8300e", "0x+0c8300e", "ECS_E"] {
            assert_eq!(find(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        assert_eq!(TABLE.lines().count(), all().iter().map(|one| one.meanings.len()).sum::<usize>());
        let says = |one: &HResult| one.meanings.iter().all(|(meaning, to_do)| !meaning.is_empty() && !to_do.is_empty());
        assert!(all().iter().all(|one| !one.name.is_empty() && says(one)));
        assert_eq!(find("ERROR_ACCESS_DENIED").map(|one| one.meanings.len()), Some(2), "of a session and of an item");
    }
}
