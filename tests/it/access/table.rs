//! The access matrix, written by hand from DESIGN.md (3) and DECISIONS.md. A route that is not here fails a test.
//!
//! What a cell means:
//!
//! - `in`: 303 to the sign-in page.
//! - `404`: there is nothing, or nothing that this person may see; both pages are the same.
//! - `M`, `Md`, `S`, `L`: 403, and the page names `MonitorSystemsApp`, `MonitorSystemsApp_Display`,
//!   `SpecifySystemsApp` or `BusinessLogs_AccessGroup`; `A`: `SystemAdmin`.
//! - `none`: the request reached its handler, and this person has nothing of this name.
//! - anything else: the request reached its handler. `to` is 303 to another page; `409` and `422` are refusals for
//!   another reason than rights, chosen so that the same request can be sent again by the next person.
//!
//! Besides the people of STYLE.md there is Lena: `BusinessLogs_AccessGroup` of Finance and nothing else.

/// Routes that name no system.
pub const PORTAL: &str = "
                                     nobody nils ada  mona wim  sven lena dora
GET  /                               in     to   to   to   to   to   to   to
GET  /static/app.css                 200    200  200  200  200  200  200  200
GET  /static/icon.svg                200    200  200  200  200  200  200  200
GET  /health                         200    200  200  200  200  200  200  200
GET  /.well-known/security.txt       200    200  200  200  200  200  200  200
GET  /setup                          to     to   to   to   to   to   to   to
POST /setup                          to     to   to   to   to   to   to   to
GET  /sign-in                        200    to   to   to   to   to   to   to
POST /sign-in                        422    422  422  422  422  422  422  422
GET  /account                        in     200  200  200  200  200  200  200
POST /account/password               in     422  422  422  422  422  422  422
POST /account/theme                  in     to   to   to   to   to   to   to
POST /account/time-zone              in     to   to   to   to   to   to   to
GET  /help                           in     200  200  200  200  200  200  200
GET  /help/guide/{page}              in     200  200  200  200  200  200  200
GET  /help/codes/{code}              in     200  200  200  200  200  200  200
GET  /help/connection                in     200  200  200  200  200  200  200
GET  /help/codes/{code}/note         in     A    200  A    A    A    A    A
POST /help/codes/{code}/note         in     A    422  A    A    A    A    A
POST /help/codes/{code}/note/remove  in     A    409  A    A    A    A    A
GET  /help/roles/{template}          in     200  200  200  200  200  200  200
GET  /logs                           in     L    200  200  L    L    200  200
GET  /logs/messages                  in     L    200  200  L    L    200  200
GET  /logs/checks                    in     Md   200  200  200  200  Md   200
GET  /logs.csv                       in     L    200  200  L    L    200  200
GET  /overview                       in     Md   200  200  200  200  Md   200
GET  /systems                        in     Md   200  200  200  200  Md   200
GET  /systems.csv                    in     Md   200  200  200  200  Md   200
GET  /systems/new                    in     S    200  S    S    200  S    200
POST /systems/new                    in     S    to   S    S    to   S    to
POST /systems/connect                in     S    to   S    S    to   S    to
GET  /systems/connect/{draft}        in     S    200  S    S    none  S    none
POST /systems/connect/{draft}        in     S    422  S    S    none  S    none
GET  /systems/connect/{draft}/name   in     S    200  S    S    none  S    none
POST /systems/connect/{draft}/name   in     S    to   S    S    none  S    none
GET  /systems/connect/{draft}/test   in     S    to   S    S    none  S    none
POST /systems/connect/{draft}/test   in     S    to   S    S    none  S    none
POST /systems/connect/{draft}/folder in     S    409  S    S    none  S    none
GET  /systems/connect/{draft}/schedule in   S    200  S    S    none  S    none
POST /systems/connect/{draft}/schedule in   S    422  S    S    none  S    none
GET  /systems/connect/{draft}/preview in    S    to   S    S    none  S    none
POST /systems/connect/{draft}/discard in    S    to   S    S    none  S    none
POST /systems/bulk                   in     Md   422  422  422  422  Md   422
GET  /bulk/{bulk}                    in     Md   none none none none Md   none
GET  /systems/views                  in     Md   200  200  200  200  Md   200
POST /systems/views                  in     Md   422  422  422  422  Md   422
POST /systems/views/{view}           in     Md   none none none none Md   none
POST /sign-out                       in     to   to   to   to   to   to   to
POST /account/sign-out-everywhere    in     to   to   to   to   to   to   to
";

/// Routes of one system: `+` in Finance for Mona and Lena, in Sales for Dora; `-` the other way round.
pub const SYSTEM: &str = "
                                                nobody nils ada  mona+ mona- wim  sven lena+ lena- dora+ dora-
GET  /systems/{system}                          in     404  200  200   404   200  200  404   404   200   404
GET  /systems/{system}/edit                     in     404  200  S     404   S    200  404   404   200   404
POST /systems/{system}/edit                     in     404  409  S     404   S    409  404   404   409   404
POST /systems/{system}/duplicate                in     404  to   S     404   S    to   404   404   to    404
GET  /systems/{system}/hold                     in     404  200  200   404   M    200  404   404   200   404
POST /systems/{system}/hold                     in     404  422  422   404   M    422  404   404   422   404
POST /systems/{system}/release                  in     404  409  409   404   M    409  404   404   409   404
GET  /systems/{system}/delete                   in     404  200  S     404   S    200  404   404   200   404
POST /systems/{system}/delete                   in     404  409  S     404   S    409  404   404   409   404
POST /systems/{system}/synchronize              in     404  to   to    404   M    M    404   404   to    404
POST /systems/{system}/check                    in     404  to   to    404   409  to   404   404   to    404
GET  /systems/{system}/checks                   in     404  200  200   404   200  200  404   404   200   404
GET  /systems/{system}/checks/{check}           in     404  200  200   404   200  200  404   404   200   404
GET  /systems/{system}/connection               in     404  200  200   404   200  200  404   404   200   404
GET  /systems/{system}/queue                    in     404  200  200   404   200  200  404   404   200   404
GET  /systems/{system}/replica                  in     404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/replica/{set}            in     404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/replica/{set}/record     in     404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/replica/{set}/records.csv in    404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/replica/{set}/records.ndjson in 404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/runs/{run}               in     404  200  200   404   200  Md   200   404   200   404
GET  /systems/{system}/runs/{run}/live          in     404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/runs/{run}/cancel        in     404  200  200   404   M    M    404   404   200   404
POST /systems/{system}/runs/{run}/cancel        in     404  409  409   404   M    M    404   404   409   404
GET  /systems/{system}/runs/{run}/plan          in     404  200  200   404   M    M    404   404   200   404
POST /systems/{system}/runs/{run}/plan/confirm  in     404  409  409   404   M    M    404   404   409   404
GET  /systems/{system}/runs/{run}/messages.csv  in     404  200  200   404   L    L    200   404   200   404
GET  /systems/{system}/runs/{run}/messages.ndjson in   404  200  200   404   L    L    200   404   200   404
";

/// What somebody is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    SignIn,
    NotFound,
    /// 403 that names this role template.
    Needs(&'static str),
    /// The handler's own answer.
    Let(u16),
}

impl Expected {
    fn parse(cell: &str) -> Self {
        match cell {
            "in" => Self::SignIn,
            "404" => Self::NotFound,
            "M" => Self::Needs("MonitorSystemsApp"),
            "Md" => Self::Needs("MonitorSystemsApp_Display"),
            "S" => Self::Needs("SpecifySystemsApp"),
            "A" => Self::Needs("SystemAdmin"),
            "L" => Self::Needs("BusinessLogs_AccessGroup"),
            "to" => Self::Let(303),
            "none" => Self::Let(404),
            status => Self::Let(status.parse().expect(status)),
        }
    }

    /// Whether the request reaches its handler.
    pub fn is_let_in(self) -> bool {
        matches!(self, Self::Let(_))
    }
}

/// A route, and what each person is answered.
pub struct Line {
    pub posts: bool,
    pub path: &'static str,
    /// By the word at the head of the column.
    pub cells: Vec<(&'static str, Expected)>,
}

/// Reads one of the tables above.
pub fn lines(table: &'static str) -> Vec<Line> {
    let mut rows = table.trim_matches('\n').lines();
    let people: Vec<&str> = rows.next().expect("a head").split_whitespace().collect();
    let line = |row: &'static str| {
        let mut words = row.split_whitespace();
        let (method, path) = (words.next().expect(row), words.next().expect(row));
        let cells: Vec<(&str, Expected)> = people.iter().copied().zip(words.map(Expected::parse)).collect();
        assert_eq!(cells.len(), people.len(), "{row}");
        Line { posts: method == "POST", path, cells }
    };
    rows.map(line).collect()
}
