//! Filter, order and limit of a page, for lists whose order is that of one column.

/// Adds them to a boxed query. `asc` for lists that begin with the smallest key, `desc` for the others.
macro_rules! keyset {
    (asc $query:expr, $column:expr, $request:expr) => {
        keyset!(@ $query, $column, $request, gt, lt, asc, desc)
    };
    (desc $query:expr, $column:expr, $request:expr) => {
        keyset!(@ $query, $column, $request, lt, gt, desc, asc)
    };
    (@ $query:expr, $column:expr, $request:expr, $after:ident, $before:ident, $forwards:ident, $backwards:ident) => {{
        use $crate::domain::paging::Start;
        let query = match &$request.start {
            Start::First | Start::Last => $query,
            Start::After(key) => $query.filter($column.$after(Clone::clone(key))),
            Start::Before(key) => $query.filter($column.$before(Clone::clone(key))),
        };
        let query = if $request.is_backwards() {
            query.order($column.$backwards())
        } else {
            query.order($column.$forwards())
        };
        query.limit($request.to_read())
    }};
}
pub(super) use keyset;
