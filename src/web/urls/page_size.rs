//! How many rows a page of a list has: one of three numbers, kept while somebody goes through the list.

/// A size; pages have `USUAL` rows where the address says nothing, and leave that out of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(from = "String")]
pub struct PageSize<const USUAL: i64 = 50>(Size);

/// The parameter of addresses and forms.
pub const ROWS: &str = "rows";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Rows25,
    Rows50,
    Rows100,
}

impl Size {
    /// The smallest first.
    const ALL: [Self; 3] = [Self::Rows25, Self::Rows50, Self::Rows100];

    const fn limit_and_query(self) -> (i64, &'static str) {
        match self {
            Self::Rows25 => (25, "25"),
            Self::Rows50 => (50, "50"),
            Self::Rows100 => (100, "100"),
        }
    }
}

impl<const USUAL: i64> PageSize<USUAL> {
    /// The smallest first.
    #[must_use]
    pub fn all() -> [Self; 3] {
        Size::ALL.map(Self)
    }

    /// As the store's limit.
    #[must_use]
    pub const fn rows(self) -> i64 {
        self.0.limit_and_query().0
    }

    /// Query value; empty for the default.
    #[must_use]
    pub const fn as_query(self) -> &'static str {
        let (rows, word) = self.0.limit_and_query();
        if rows == USUAL { "" } else { word }
    }
}

impl<const USUAL: i64> Default for PageSize<USUAL> {
    fn default() -> Self {
        Self(Size::ALL.into_iter().find(|size| size.limit_and_query().0 == USUAL).unwrap_or(Size::Rows50))
    }
}

impl<const USUAL: i64> From<String> for PageSize<USUAL> {
    /// What is none of the sizes is the usual one.
    fn from(word: String) -> Self {
        Size::ALL.into_iter().find(|size| size.limit_and_query().1 == word).map_or_else(Self::default, Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_sizes_and_what_is_none() {
        let read = |word: &str| PageSize::<50>::from(word.to_owned());
        assert_eq!(["25", "50", "100"].map(|word| read(word).rows()), [25, 50, 100]);
        for odd in ["", "0", "26", "-25", "1000", "25 ", "x", "99999999999999999999"] {
            assert_eq!(read(odd).rows(), 50, "{odd:?}");
            assert_eq!(PageSize::<25>::from(odd.to_owned()).rows(), 25, "{odd:?}");
        }
    }

    #[test]
    fn the_usual_one_stands_in_no_address() {
        assert_eq!(PageSize::<50>::all().map(PageSize::as_query), ["25", "", "100"]);
        assert_eq!(PageSize::<25>::all().map(PageSize::as_query), ["", "50", "100"]);
    }
}
