//! Pages of a list by the keys of its rows, never by number: one request and one result for all lists.

/// Where a page begins, in the order of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start<K> {
    #[default]
    First,
    After(K),
    Before(K),
    Last,
}

/// Which rows of a list to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest<K> {
    pub start: Start<K>,
    /// Maximum number of rows.
    pub limit: i64,
}

/// Some rows in the order of the list, and where the pages around them begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, K> {
    pub rows: Vec<T>,
    /// Where a page of another size begins with the same row; none if nobody knows.
    pub above: Option<Start<K>>,
    pub previous: Option<Start<K>>,
    pub next: Option<Start<K>>,
    /// Where a search continues that has examined as many rows as it may for one page.
    pub continues: Option<Start<K>>,
}

impl<K> PageRequest<K> {
    #[must_use]
    pub const fn new(start: Start<K>, limit: i64) -> Self {
        Self { start, limit }
    }

    /// Whether rows are read from the end of the list towards its beginning.
    #[must_use]
    pub const fn is_backwards(&self) -> bool {
        matches!(self.start, Start::Before(_) | Start::Last)
    }

    /// How many rows to read: one more than the page has shows whether there are more.
    #[must_use]
    pub const fn to_read(&self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// Makes a page of the rows that were read, in the order in which they were read.
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Page<T, K>
    where
        K: Clone,
    {
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > self.limit;
        let beyond = if more { rows.pop() } else { None };
        if self.is_backwards() {
            rows.reverse();
        }
        let above_first = || beyond.as_ref().map_or(Start::First, |row| Start::After(key(row)));
        let (has_previous, has_next, above) = match &self.start {
            Start::First => (false, more, Start::First),
            Start::After(key) => (true, more, Start::After(key.clone())),
            Start::Before(_) => (more, true, above_first()),
            Start::Last => (more, false, above_first()),
        };
        Page {
            previous: has_previous.then(|| rows.first().map_or(Start::Last, |row| Start::Before(key(row)))),
            next: has_next.then(|| rows.last().map_or(Start::First, |row| Start::After(key(row)))),
            above: Some(above),
            continues: None,
            rows,
        }
    }
}

impl<T, K> Page<T, K> {
    /// Everything there is.
    #[must_use]
    pub const fn whole(rows: Vec<T>) -> Self {
        Self { rows, above: Some(Start::First), previous: None, next: None, continues: None }
    }

    /// The same page of a search, if it has examined as many rows as it may, up to this key.
    #[must_use]
    pub fn searched_to(mut self, key: Option<K>, request: &PageRequest<K>) -> Self
    where
        K: Clone,
    {
        let has_more = if request.is_backwards() { self.previous.is_some() } else { self.next.is_some() };
        let Some(key) = key.filter(|_key| !has_more) else { return self };
        // Without rows, the key where the search began is the end of the page in either direction.
        let here = match &request.start {
            Start::After(key) | Start::Before(key) if self.rows.is_empty() => Some(key),
            Start::First | Start::After(_) | Start::Before(_) | Start::Last => None,
        };
        self.previous = self.previous.map(|previous| here.cloned().map_or(previous, Start::Before));
        self.next = self.next.map(|next| here.cloned().map_or(next, Start::After));
        if request.is_backwards() && matches!(self.above, Some(Start::First)) {
            self.above = None;
        }
        self.continues = Some(if request.is_backwards() { Start::Before(key) } else { Start::After(key) });
        self
    }

    /// The rows, and the key after which the list continues.
    pub fn into_part(self) -> (Vec<T>, Option<K>) {
        let next = match self.continues.or(self.next) {
            Some(Start::After(key)) => Some(key),
            Some(Start::First | Start::Before(_) | Start::Last) | None => None,
        };
        (self.rows, next)
    }

    /// The same page with other rows: one for each, in the same order.
    pub fn map<U>(self, rows: impl FnOnce(Vec<T>) -> Vec<U>) -> Page<U, K> {
        let Self { rows: all, above, previous, next, continues } = self;
        Page { rows: rows(all), above, previous, next, continues }
    }

    /// As [`Page::map`], by reading more about the rows.
    ///
    /// # Errors
    /// As `rows`.
    pub fn try_map<U, E>(self, rows: impl FnOnce(Vec<T>) -> Result<Vec<U>, E>) -> Result<Page<U, K>, E> {
        let Self { rows: all, above, previous, next, continues } = self;
        Ok(Page { rows: rows(all)?, above, previous, next, continues })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of the numbers from 1 to 5.
    fn page(start: Start<i32>, limit: i64) -> Page<i32, i32> {
        let request = PageRequest::new(start, limit);
        let mut all: Vec<i32> = (1..=5).collect();
        if request.is_backwards() {
            all.reverse();
        }
        let fits = |n: &i32| match start {
            Start::First | Start::Last => true,
            Start::After(key) => *n > key,
            Start::Before(key) => *n < key,
        };
        let read = usize::try_from(request.to_read()).unwrap();
        request.page(all.into_iter().filter(fits).take(read).collect(), |n| *n)
    }

    #[test]
    fn a_page_knows_the_pages_around_it() {
        let expected = |rows: &[i32], above: Option<i32>, previous, next| Page {
            rows: rows.to_vec(),
            above: Some(above.map_or(Start::First, Start::After)),
            previous,
            next,
            continues: None,
        };
        assert_eq!(page(Start::First, 2), expected(&[1, 2], None, None, Some(Start::After(2))));
        assert_eq!(page(Start::After(2), 2), expected(&[3, 4], Some(2), Some(Start::Before(3)), Some(Start::After(4))));
        assert_eq!(page(Start::After(4), 2), expected(&[5], Some(4), Some(Start::Before(5)), None));
        assert_eq!(page(Start::Last, 2), expected(&[4, 5], Some(3), Some(Start::Before(4)), None));
        assert_eq!(page(Start::Before(3), 2), expected(&[1, 2], None, None, Some(Start::After(2))));
        assert_eq!(page(Start::First, 5), Page::whole(vec![1, 2, 3, 4, 5]));
    }

    #[test]
    fn a_search_goes_on_where_it_stopped() {
        let some = page(Start::After(1), 9).searched_to(Some(5), &PageRequest::new(Start::After(1), 9));
        assert_eq!((some.previous, some.continues), (Some(Start::Before(2)), Some(Start::After(5))));
        let request = PageRequest::new(Start::After(5), 2);
        let none = page(request.start, 2).searched_to(Some(8), &request);
        assert_eq!((none.previous, none.continues), (Some(Start::Before(5)), Some(Start::After(8))));
        assert_eq!(none.into_part().1, Some(8));
        let request = PageRequest::new(Start::Last, 9);
        let back = page(request.start, 9).searched_to(Some(1), &request);
        assert_eq!((back.above, back.continues), (None, Some(Start::Before(1))));
    }

    #[test]
    fn beyond_an_end_the_way_back_leads_to_that_end() {
        assert_eq!(page(Start::After(5), 2).previous, Some(Start::Last));
        assert_eq!(page(Start::Before(1), 2).next, Some(Start::First));
    }
}
