use super::*;
use crate::sync::connectors::files::endpoint::Mtime;

fn s3(inner: &str) -> Result<Page, String> {
    read(format!("<?xml version=\"1.0\"?>\n<ListBucketResult>{inner}</ListBucketResult>").as_bytes(), Rules::S3)
}

fn azure(blobs: &str, end: &str) -> Result<Page, String> {
    let page = format!("\u{feff}<EnumerationResults><Blobs>{blobs}</Blobs>{end}</EnumerationResults>");
    read(page.as_bytes(), Rules::Azure)
}

fn keys(page: &Page) -> Vec<&[u8]> {
    page.objects.iter().map(|listed| listed.key.as_slice()).collect()
}

fn facts(size: u64, etag: &str) -> Facts {
    let modified = Some(Mtime::from_parts(1_763_800_000, 0));
    Facts { size: Some(size), modified, etag: Some(etag.into()), ..Facts::default() }
}

#[test]
fn a_page_of_s3() {
    let page = s3("<Name>bucket</Name><Prefix>x/</Prefix><IsTruncated>true</IsTruncated>\
        <NextContinuationToken>a &amp; b==</NextContinuationToken>\
        <Contents><Key>x/ a&amp;b </Key><LastModified>2025-11-22T08:26:40.789Z</LastModified><ETag>&quot;e&quot;</ETag>\
        <Size>3</Size><Owner><ID>me</ID></Owner></Contents>\
        <CommonPrefixes><Prefix>x/y/</Prefix></CommonPrefixes>")
    .unwrap();
    assert_eq!(page.objects, [Listed { key: b"x/ a&b ".to_vec(), facts: facts(3, "e"), folder: false }]);
    assert_eq!(page.prefixes, [b"x/y/".to_vec()]);
    assert_eq!(page.next.as_deref(), Some("a & b=="));
}

#[test]
fn a_page_of_azure() {
    let page = azure(
        "<Blob><Name>empty</Name><Properties><Last-Modified>Sat, 22 Nov 2025 08:26:40 GMT</Last-Modified>\
         <Etag>0x8D</Etag><Content-Length>0</Content-Length></Properties>\
         <Metadata><Hdi_IsFolder>True</Hdi_IsFolder><size>9</size></Metadata></Blob>\
         <Blob><Name Encoded=\"true\">a%EF%BF%BF+b</Name><Properties/><Metadata /></Blob>\
         <Blob><Name>d</Name><Properties><ResourceType>directory</ResourceType></Properties></Blob>\
         <BlobPrefix><Name>x/</Name></BlobPrefix>",
        "<NextMarker />",
    )
    .unwrap();
    let expected = [
        Listed { key: b"empty".to_vec(), facts: facts(0, "0x8D"), folder: true },
        Listed { key: "a\u{ffff}+b".into(), ..Listed::default() },
        Listed { key: b"d".to_vec(), folder: true, ..Listed::default() },
    ];
    assert_eq!(page.objects, expected);
    assert_eq!((page.prefixes, page.next), (vec![b"x/".to_vec()], None));
    assert_eq!(azure("", "<NextMarker>2!8</NextMarker>").unwrap().next.as_deref(), Some("2!8"));
}

#[test]
fn what_is_missing_or_wrong_is_unknown() {
    for inner in ["", "<Size/><LastModified/><ETag/>", "<Size>-2</Size>", "<Size>many</Size>"] {
        let page = s3(&format!("<IsTruncated>false</IsTruncated><Contents><Key>a</Key>{inner}</Contents>")).unwrap();
        assert_eq!(page.objects, [Listed { key: b"a".to_vec(), ..Listed::default() }], "{inner}");
    }
    let odd = "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><LastModified>once</LastModified></Contents>";
    assert_eq!(s3(odd).unwrap().objects[0].facts.time_text.as_deref(), Some("once"));
}

#[test]
fn keys_are_taken_as_they_are() {
    let page = s3("<IsTruncated>false</IsTruncated>\
        <Contents><Key>a\rb</Key></Contents><Contents><Key>a&#13;b</Key></Contents><Contents><Key>a\r\nb</Key></Contents>\
        <Contents><Key>a\nb</Key></Contents><Contents><Key>a&#x1;b</Key></Contents><Contents><Key>a&#0;b</Key></Contents>\
        <Contents><Key>%41+b</Key></Contents><Contents><Key><![CDATA[<c>]]></Key></Contents>\
        <Contents><Key>//</Key></Contents><Contents><Key></Key></Contents>")
    .unwrap();
    let expected: [&[u8]; 10] =
        [b"a\rb", b"a\rb", b"a\r\nb", b"a\nb", b"a\x01b", b"a\0b", b"%41+b", b"<c>", b"//", b""];
    assert_eq!(keys(&page), expected);
}

/// Some services encode keys without being asked to.
#[test]
fn encoded_keys_are_decoded_if_the_page_says_so() {
    let page = s3("<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
        <Contents><Key>a%0Db%00+c%2Bd%FF</Key></Contents><CommonPrefixes><Prefix>x%2F</Prefix></CommonPrefixes>")
    .unwrap();
    assert_eq!(keys(&page), [b"a\rb\0 c+d\xff"]);
    assert_eq!(page.prefixes, [b"x/".to_vec()]);
}

/// What is treated as the end of a listing lets a mirror delete the rest.
#[test]
fn an_incomplete_page_is_an_error() {
    for (inner, words) in [
        ("", "whether it is complete"),
        ("<IsTruncated>maybe</IsTruncated>", "neither true nor false"),
        ("<IsTruncated>true</IsTruncated>", "how it continues"),
        ("<IsTruncated>true</IsTruncated><NextContinuationToken/>", "how it continues"),
        ("<IsTruncated>false</IsTruncated><NextContinuationToken>t</NextContinuationToken>", "is contradictory"),
        ("<IsTruncated>false</IsTruncated><NextMarker>t</NextMarker>", "is contradictory"),
        ("<IsTruncated>true</IsTruncated><IsTruncated>false</IsTruncated>", "is contradictory"),
        ("<IsTruncated>false</IsTruncated><KeyCount>2</KeyCount><Contents><Key>a</Key></Contents>", "reports 2 keys"),
        ("<Error><Code>InternalError</Code></Error><IsTruncated>false</IsTruncated>", "contains an error"),
        ("<IsTruncated>false</IsTruncated><Contents><Size>1</Size></Contents>", "without a key"),
        ("<IsTruncated>false</IsTruncated><Contents><Key>a", "not XML"),
        ("<IsTruncated>false</IsTruncated><Contents><Key>&nope;</Key></Contents>", "unknown entity"),
        ("<IsTruncated>false</IsTruncated><Contents><Key>&#xD800;</Key></Contents>", "unknown entity"),
    ] {
        assert!(s3(inner).unwrap_err().contains(words), "{inner}: {:?}", s3(inner));
    }
    assert!(azure("", "").unwrap_err().contains("whether it is complete"));
    assert!(azure("", "<NextMarker>m</NextMarker><NextMarker/>").unwrap_err().contains("is contradictory"));
    let whole = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    assert!(read(whole.as_bytes(), Rules::S3).is_ok());
    for end in 0..whole.len() {
        assert!(read(&whole.as_bytes()[..end], Rules::S3).is_err(), "the first {end} bytes");
    }
    for page in ["<html></html>", "", "{}", "just text", "<EnumerationResults/>", "<ListBucketResult/><x/>", "\u{0}"] {
        assert!(read(page.as_bytes(), Rules::S3).is_err(), "{page}");
    }
    assert!(read(b"<ListBucketResult>\xff</ListBucketResult>", Rules::S3).is_err());
}
