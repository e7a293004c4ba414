//! What strangers do, counted until it is reported.

use std::sync::Arc;
use std::time::Duration;

use super::AppContext;
use crate::ops::failed_sign_ins::FailedSignIns;
use crate::web::malformed::MalformedRequests;

/// How often failed sign-ins are written to the audit log, and malformed requests to the log.
const REPORT_EVERY: Duration = Duration::from_mins(1);

/// The counts, and where they are reported.
#[derive(Clone)]
pub(super) struct Strangers {
    pub(super) refusals: Arc<FailedSignIns>,
    pub(super) malformed: Arc<MalformedRequests>,
    pub(super) context: AppContext,
}

impl Strangers {
    pub(super) async fn report_regularly(self) {
        loop {
            tokio::time::sleep(REPORT_EVERY).await;
            self.report().await;
        }
    }

    pub(super) async fn report(&self) {
        for line in self.malformed.report() {
            log::warn!("{line}");
        }
        if let Err(error) = self.refusals.write(&self.context.store, self.context.clock.now()).await
            && error.fault().is_none()
        {
            log::warn!("failed sign-ins could not be written to the audit log: {error}");
        }
    }
}
