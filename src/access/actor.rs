//! The actor: a person with what is assigned to them, loaded afresh for each request.

use std::collections::BTreeSet;

use super::grant::{Grant, Scope};
use super::permission::{Permission, Verb};
use super::principal::Principal;
use super::template::Template;
use crate::ids::{GroupId, PersonId};

/// Where an assignment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    All,
    Group(GroupId),
}

/// A template that a person has through some collection, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    pub template: Template,
    pub reach: Reach,
}

/// The permission is missing: the template to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing(pub Template);

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Actor {
    id: PersonId,
    name: String,
    assignments: Vec<Assignment>,
}

impl Actor {
    #[must_use]
    pub fn new(id: PersonId, name: String, assignments: Vec<Assignment>) -> Self {
        Self { id, name, assignments }
    }

    #[must_use]
    pub const fn id(&self) -> PersonId {
        self.id
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// Where any of the verbs is given; `None` if nowhere.
    #[must_use]
    pub fn scope_of(&self, any_of: &[Verb]) -> Option<Scope> {
        let mut groups = BTreeSet::new();
        for assignment in &self.assignments {
            let verbs = assignment.template.gives();
            let everywhere = assignment.reach == Reach::All;
            let given = |verb: &Verb| verbs.contains(verb) && (everywhere || !verb.needs_reach_all());
            if !any_of.iter().any(given) {
                continue;
            }
            match assignment.effective_reach() {
                Some(Reach::All) => return Some(Scope::All),
                Some(Reach::Group(group)) => {
                    groups.insert(group);
                }
                None => {}
            }
        }
        if groups.is_empty() { None } else { Some(Scope::Groups(groups.into_iter().collect())) }
    }

    /// Whether any of the verbs is given in this group.
    #[must_use]
    pub fn may(&self, any_of: &[Verb], group: GroupId) -> bool {
        self.scope_of(any_of).is_some_and(|scope| scope.covers(group))
    }

    /// The grant for a permission, with its reach.
    ///
    /// # Errors
    /// The template to ask for, when the permission is given nowhere.
    pub fn authorize<P: Permission>(&self) -> Result<Grant<P>, Missing> {
        match self.scope_of(P::ANY_OF) {
            Some(scope) => Ok(Grant::new(Principal::Person { id: self.id, name: self.name.clone() }, scope)),
            None => Err(Missing(Missing::template(P::ANY_OF))),
        }
    }
}

impl Actor {
    /// The grant for a permission that reaches this group.
    #[must_use]
    pub fn grant_in<P: Permission>(&self, group: GroupId) -> Option<Grant<P>> {
        self.authorize::<P>().ok().filter(|grant| grant.scope().covers(group))
    }
}

impl Assignment {
    /// `BusinessLogs_AccessAll` holds only with reach *all*.
    const fn effective_reach(&self) -> Option<Reach> {
        match (self.template, self.reach) {
            (Template::BusinessLogsAccessAll, Reach::Group(_)) => None,
            (_, reach) => Some(reach),
        }
    }
}

impl Missing {
    /// The template to ask for when none of the verbs is given.
    #[must_use]
    pub fn template(any_of: &[Verb]) -> Template {
        any_of.first().map_or(Template::SystemAdmin, |verb| Template::to_ask_for(*verb))
    }
}

#[cfg(test)]
mod tests {
    use super::super::permission::verbs;
    use super::*;

    fn actor(assignments: &[(Template, Reach)]) -> Actor {
        let assignments =
            assignments.iter().map(|(template, reach)| Assignment { template: *template, reach: *reach }).collect();
        Actor::new(PersonId(1), "mona".to_owned(), assignments)
    }

    #[test]
    fn reach_always_limits_and_adds_up() {
        let finance = Reach::Group(GroupId(7));
        let sales = Reach::Group(GroupId(3));
        let mona = actor(&[
            (Template::MonitorSystemsApp, finance),
            (Template::MonitorSystemsAppDisplay, sales),
            (Template::BusinessLogsAccessGroup, sales),
        ]);
        let see = mona.authorize::<verbs::SeeSystems>().unwrap();
        assert_eq!(see.scope(), &Scope::Groups(vec![GroupId(3), GroupId(7)]));
        let run = mona.authorize::<verbs::RequestRun>().unwrap();
        assert_eq!(run.scope(), &Scope::Groups(vec![GroupId(7)]));
        assert!(mona.may(&[Verb::ReadLogs], GroupId(3)));
        assert!(!mona.may(&[Verb::ReadLogs], GroupId(7)));
        assert_eq!(mona.authorize::<verbs::SpecifySystems>().unwrap_err(), Missing(Template::SpecifySystemsApp));
    }

    #[test]
    fn each_group_of_a_person_is_reached_and_no_other() {
        let groups = [2, 5, 9].map(|group| (Template::MonitorSystemsApp, Reach::Group(GroupId(group))));
        let mona = actor(&groups);
        let reached: Vec<i64> = (1..=10).filter(|group| mona.may(&[Verb::SeeSystems], GroupId(*group))).collect();
        assert_eq!(reached, [2, 5, 9]);
    }

    #[test]
    fn access_to_all_logs_holds_only_with_reach_all() {
        let group = actor(&[(Template::BusinessLogsAccessAll, Reach::Group(GroupId(1)))]);
        assert!(group.authorize::<verbs::ReadLogs>().is_err());
        let all = actor(&[(Template::BusinessLogsAccessAll, Reach::All)]);
        assert_eq!(all.authorize::<verbs::ReadLogs>().unwrap().scope(), &Scope::All);
    }

    #[test]
    fn the_portal_is_managed_with_reach_all() {
        let group = actor(&[(Template::SystemAdmin, Reach::Group(GroupId(1)))]);
        assert_eq!(group.authorize::<verbs::ManagePortal>().unwrap_err(), Missing(Template::SystemAdmin));
        assert!(group.authorize::<verbs::SpecifySystems>().is_ok(), "what concerns systems holds in the group");
        let all = actor(&[(Template::SystemAdmin, Reach::All)]);
        assert_eq!(all.authorize::<verbs::ManagePortal>().unwrap().scope(), &Scope::All);
    }

    #[test]
    fn a_system_administrator_reads_no_logs() {
        let admin = actor(&[(Template::SystemAdmin, Reach::All)]);
        assert!(admin.authorize::<verbs::ReadLogs>().is_err());
        assert!(admin.authorize::<verbs::SeeRun>().is_ok());
    }

    /// The table of DESIGN.md and `templates-docs/roles/`, by hand.
    #[test]
    fn what_each_template_gives() {
        let table = [
            (
                Template::MonitorSystemsApp,
                "see_systems export check_connection request_run cancel_run hold_system work_issues confirm_deletions",
            ),
            (Template::MonitorSystemsAppDisplay, "see_systems export check_connection"),
            (
                Template::SpecifySystemsApp,
                "see_settings export check_connection specify_systems set_credentials hold_system make_tokens",
            ),
            (Template::SpecifySystemsAppDisplay, "see_settings export check_connection"),
            (
                Template::SystemAdmin,
                "see_systems see_settings export check_connection request_run cancel_run hold_system work_issues confirm_deletions specify_systems set_credentials make_tokens manage_people manage_portal",
            ),
            (Template::BusinessLogsAccessAll, "read_logs"),
            (Template::BusinessLogsAccessGroup, "read_logs"),
            (Template::UserAdmin, "manage_people assign"),
            (Template::Auditor, "read_audit"),
        ];
        assert_eq!(table.len(), Template::ALL.len());
        for (template, verbs) in table {
            let given: Vec<_> = template.gives().iter().map(|verb| verb.as_str()).collect();
            assert_eq!(given.join(" "), verbs, "{}", template.as_str());
        }
    }
}
