//! Somebody who reads reports while the storm goes on.

use super::{
    board::{Board, Promise},
    chance::Chance,
};
use crate::reader::{Sight, look};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// Looks at one link after the other until the board is closed. How often something was seen or missed for sure.
pub async fn look_all_the_time(board: Arc<Board>, mut chance: Chance) -> usize {
    let mut looks = 0;
    while !board.is_closed() {
        sleep(Duration::from_millis(50)).await;
        let Some(link) = board.link(|count| chance.below(count)) else { continue };
        let before = board.promise(&link);
        let sight = look(&link).await;
        let after = board.promise(&link);
        match (&sight, before, after) {
            (Sight::Half(what), ..) => panic!("half visible: {what}"),
            (Sight::Whole(_), Promise::Dead, _) => panic!("{link} is seen after its end was answered"),
            (Sight::Nothing, Promise::Live, Promise::Live) => panic!("{link} is published and cannot be seen"),
            (Sight::Error(status), ..) => assert!(*status >= 500, "{link} answered {status}"),
            (Sight::Whole(_) | Sight::Nothing, ..) => looks += 1,
        }
    }
    looks
}
