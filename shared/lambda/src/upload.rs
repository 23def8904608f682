//! A file in the body of a request, or one that was uploaded before because no request can carry it.

use crate::request::Request;
use domain::{Outcome, Problem};
use store::TemporaryData;

/// The most bytes in a request: Lambda takes 6 MB, in base64.
pub const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// The file of a request and its media type: the body, or what was uploaded for this workspace under the `tempDataId` of the query.
///
/// # Errors
/// `Invalid` for no file, for two, and for an upload that is not there; `TooLarge` for more than [`LARGEST_BODY`] in the body, or more
/// than `most` bytes uploaded.
pub async fn file(
    request: &Request,
    temporary: &TemporaryData,
    workspace: &str,
    most: usize,
) -> Outcome<(Vec<u8>, String)> {
    let body = request.bytes(LARGEST_BODY)?;
    let Some(id) = request.query("tempDataId") else {
        if body.is_empty() {
            return Err(Problem::malformed(
                "The body is empty: send the file itself, or the tempDataId of one that you uploaded.",
            ));
        }
        let media_type = request.header("content-type").unwrap_or("application/octet-stream");
        return Ok((body.into_owned(), media_type.to_owned()));
    };
    let id = id.parse().map_err(|_| Problem::invalid("tempDataId", "write the number that the upload was given."))?;
    if !body.is_empty() {
        return Err(Problem::invalid("tempDataId", "send no body with it: the file is the one that was uploaded."));
    }
    let (bytes, media_type) = temporary.file(workspace, id).await?;
    if bytes.len() > most {
        let size = bytes.len();
        return Err(Problem::TooLarge(format!("The file has {size} bytes; this call takes at most {most}.")));
    }
    Ok((bytes, media_type))
}
