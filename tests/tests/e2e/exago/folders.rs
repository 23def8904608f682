//! Folders: made, renamed, moved, deleted; their names in addresses and bodies.

use super::*;

#[tokio::test]
async fn a_folder_is_made_renamed_with_all_that_is_in_it_and_removed_when_empty() {
    let place = Place::new().await;
    let made = place.create("Asset%20Reports").await.expect(200);
    assert_eq!(made.json(), json!({"Id": null, "Name": "Asset Reports", "Status": "Created"}));
    place.create("Asset%20Reports/Overseas").await.expect(200);
    let report = place.report("Asset Reports/Overseas", "Sales").await;
    assert_eq!(names(&place.list("").await), "Asset Reports(Overseas(Sales))");
    let renamed = place.rename(r"{'OldName':'Asset Reports','NewName':'Archive'}").await.expect(200);
    assert_eq!(renamed.json(), json!({"Id": null, "Name": "Archive", "Status": "Renamed"}));
    assert_eq!(names(&place.list("").await), "Archive(Overseas(Sales))");
    let found = place.api.get(&format!("/api/reports/{report}")).await.expect(200).json();
    assert_eq!(found["folder"], "Archive/Overseas");
    let refused = place.delete("Archive/Overseas").await.expect(409);
    assert!(refused.json()["reason"].as_str().unwrap().contains("one folder or report"), "{}", refused.text());
    place.api.delete(&format!("/api/reports/{report}")).await.expect(204);
    let gone = place.delete("Archive/Overseas").await.expect(200);
    assert_eq!(gone.json(), json!({"Id": null, "Name": "Archive/Overseas", "Status": "Deleted"}));
    assert_eq!(names(&place.list("").await), "Archive()");
}

#[tokio::test]
async fn the_samples_of_the_document_work_as_typed_into_a_shell() {
    let place = Place::new().await;
    place.create("Asset%20Reports").await.expect(200);
    place.report("Asset Reports", "Sales Report").await;
    let samples = [
        ("curl http://{webservice}/rest/reports/list?sid={sid} -X GET", r#""name":"Sales Report","leaf_flag":true"#),
        (
            "curl http://{webservice}/rest/folders/Asset%20Reports/Overseas%Holdings?sid={sid} -X POST",
            r#"{"Id":null,"Name":"Asset Reports/Overseas%Holdings","Status":"Created"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/Asset%20Reports/Overseas%20Holdings?sid={sid} -X POST",
            r#"{"Id":null,"Name":"Asset Reports/Overseas Holdings","Status":"Created"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/rename?sid={sid} -X POST ^ -d \"{'OldName':'Asset Reports\\\\Overseas Holdings', ^ 'NewName':'Asset Reports\\\\Regional Holdings'}\"",
            r#"{"Id":null,"Name":"Asset Reports/Regional Holdings","Status":"Renamed"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/rename?sid={sid} -X POST \\\n -d \"{'OldName':'Asset Reports\\\\Regional Holdings',\n 'NewName':'Asset Reports\\\\regional'}\"",
            r#"{"Id":null,"Name":"Asset Reports/regional","Status":"Renamed"}"#,
        ),
        (
            "curl http://{webservice}/rest/folders/Asset%20Reports/Overseas%Holdings?sid={sid} -X DELETE",
            r#"{"Id":null,"Name":"Asset Reports/Overseas%Holdings","Status":"Deleted"}"#,
        ),
    ];
    for (typed, expected) in samples {
        let said = shell(&place, typed);
        assert!(said.contains(expected), "{typed}\n{said}");
    }
}

/// What a shell says to a line in which only the placeholders of the document were filled in. The headers, which the document omits
/// “for clarity”, are added by a function; the caret, at which POSIX shells take offence in no way, is another address to curl.
fn shell(place: &Place, typed: &str) -> String {
    let host = variable("API_URL").replacen("http://", "", 1);
    let line = typed.replace("{webservice}", &host).replace("{sid}", &place.sid);
    let headers = r#"curl() { command curl -sS --noproxy '*' --resolve '*:80:127.0.0.1' -H "Authorization: Bearer $TOKEN" "$@"; }"#;
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(format!("{headers}\n{line}")).env("TOKEN", place.api.token());
    let output = shell.output().expect("sh and curl are there");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn names_are_what_the_address_says_once_decoded() {
    let place = Place::new().await;
    let table = [
        ("50%25%20Growth", "50% Growth"),
        ("Overseas%Holdings", "Overseas%Holdings"),
        ("a%252Fb", "a%2Fb"),
        ("Caf%C3%A9", "Café"),
        ("%E2%98%83%20%F0%9F%93%88", "☃ 📈"),
        ("what%3F%20%23%26", "what? #&"),
        ("a+b", "a+b"),
        ("RENAMED", "RENAMED"),
    ];
    for (address, name) in table {
        let made = place.create(address).await;
        assert_eq!((made.status, made.json()["Name"].as_str()), (200, Some(name)), "{address}: {}", made.text());
        assert_eq!(place.delete(address).await.expect(200).json()["Name"], name);
    }
    place.create("Cafe%CC%81").await.expect(200);
    place.create("Caf%C3%A9").await.expect(409);
    place.create("CAF%C3%89").await.expect(200);
    place.create("a").await.expect(200);
    assert_eq!(place.create("a%2Fb").await.expect(200).json()["Name"], "a/b", "an escaped slash separates too");
}

#[tokio::test]
async fn bad_names_and_places_are_refused_and_nothing_changes() {
    let place = Place::new().await;
    place.create("a").await.expect(200);
    place.create("a/b").await.expect(200);
    place.report("a", "leaf").await;
    let before = place.list("").await;
    let (long, deep) = ("x".repeat(256), "d/".repeat(64) + "e");
    let creations = [
        ("taken", "a", 409),
        ("a taken name of a report", "a/leaf", 409),
        ("no parent", "x/y", 404),
        ("below a report", "a/leaf/y", 404),
        ("an empty name", "a//b", 400),
        ("a backslash", "a%5Cc", 400),
        ("a control character", "a/c%0Ad", 400),
        ("no UTF-8", "a/%FF", 400),
        ("too long", &long, 400),
        ("too deep", &deep, 400),
    ];
    for (what, path, status) in creations {
        let answer = place.create(path).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert!(answer.json()["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{what}: {}", answer.text());
    }
    let renames = [
        ("into itself", "{'OldName':'a','NewName':'a/b/c'}", 409),
        ("to itself", "{'OldName':'a/b','NewName':'a/b'}", 409),
        ("taken by a report", "{'OldName':'a/b','NewName':'a/leaf'}", 409),
        ("not there", "{'OldName':'x','NewName':'y'}", 404),
        ("a report", "{'OldName':'a/leaf','NewName':'y'}", 404),
        ("a parent that is not there", "{'OldName':'a','NewName':'x/y'}", 404),
        ("the root", "{'OldName':'','NewName':'x'}", 400),
        ("a name that hides the call", "{'OldName':'a','NewName':'Rename'}", 400),
        ("a dot", "{'OldName':'a','NewName':'c/.'}", 400),
        ("two dots", r"{'OldName':'a','NewName':'c\\..\\d'}", 400),
        ("no JSON", "{'OldName':", 400),
        ("nothing", "", 400),
        ("a field too many", "{'OldName':'a','NewName':'c','Force':true}", 400),
    ];
    for (what, body, status) in renames {
        let answer = place.rename(body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
    }
    for (what, path, status) in [("not there", "x", 404), ("a report", "a/leaf", 404), ("not empty", "a", 409)] {
        assert_eq!(place.delete(path).await.status, status, "{what}");
    }
    assert_eq!(place.list("").await, before);
}

#[tokio::test]
async fn fixed_parts_match_in_any_case_and_names_do_not() {
    let place = Place::new().await;
    for path in ["/rest/Reports/List", "/Rest/Reports/List", "//rest/reports/list"] {
        place.send("GET", path).await.expect(200);
    }
    place.send("POST", "/Rest/Folders/Mixed").await.expect(200);
    assert_eq!(names(&place.list("").await), "Mixed()");
    place.delete("mixed").await.expect(404);
    for (sent, meant) in [
        ("/REST/reports/LIST", "/rest/reports/list"),
        ("/rest//reports//list", "/rest/reports/list"),
        ("/rEST/FOLDERS/Caf%C3%A9%2050%25", "/rest/folders/Caf%C3%A9%2050%25"),
        ("/rest/folders/RENAME", "/rest/folders/rename"),
    ] {
        let method = if sent.contains("eports") { "GET" } else { "POST" };
        let moved = place.send(method, sent).await.expect(308);
        assert_eq!(moved.header("location"), format!("{meant}?sid={}", place.sid), "{sent}");
    }
    for path in ["/rest/Folders/rename", "/Rest/Folders/Rename", "/Rest/Folders/rename"] {
        let (from, to) = if path == "/Rest/Folders/Rename" { ("Other", "Mixed") } else { ("Mixed", "Other") };
        let request = place.api.request("POST", &format!("{path}?sid={}", place.sid));
        read(request.body(json!({"OldName": from, "NewName": to}).to_string())).await.expect(200);
    }
    assert!(place.send("GET", "/rest/nothing").await.expect(404).json()["reason"].is_string());
}
