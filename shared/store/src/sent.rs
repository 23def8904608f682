//! Requests of the AWS SDK as boxed futures.
//!
//! A future of the SDK is large and deep, and the compiler builds the code of a future where it is awaited: without this, each
//! of the functions would build all of the SDK's code that it reaches once more, for many seconds. Behind a box it is built here, once.

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::operation::{
    batch_get_item::{BatchGetItemError, BatchGetItemOutput, builders::BatchGetItemFluentBuilder},
    delete_item::{DeleteItemError, DeleteItemOutput, builders::DeleteItemFluentBuilder},
    get_item::{GetItemError, GetItemOutput, builders::GetItemFluentBuilder},
    put_item::{PutItemError, PutItemOutput, builders::PutItemFluentBuilder},
    query::{QueryError, QueryOutput, builders::QueryFluentBuilder},
    transact_write_items::{
        TransactWriteItemsError, TransactWriteItemsOutput, builders::TransactWriteItemsFluentBuilder,
    },
    update_item::{UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder},
};
use aws_sdk_s3::{
    error::SdkError,
    operation::{
        delete_objects::{DeleteObjectsError, DeleteObjectsOutput, builders::DeleteObjectsFluentBuilder},
        get_object::{GetObjectError, GetObjectOutput, builders::GetObjectFluentBuilder},
        head_object::{HeadObjectError, HeadObjectOutput, builders::HeadObjectFluentBuilder},
        list_objects_v2::{ListObjectsV2Error, ListObjectsV2Output, builders::ListObjectsV2FluentBuilder},
        put_object::{PutObjectError, PutObjectOutput, builders::PutObjectFluentBuilder},
    },
    presigning::{PresignedRequest, PresigningConfig},
    primitives::{ByteStream, ByteStreamError},
};
use aws_sdk_ses::operation::send_raw_email::{
    SendRawEmailError, SendRawEmailOutput, builders::SendRawEmailFluentBuilder,
};
use aws_sdk_sqs::operation::{
    change_message_visibility::{
        ChangeMessageVisibilityError, ChangeMessageVisibilityOutput, builders::ChangeMessageVisibilityFluentBuilder,
    },
    delete_message::{DeleteMessageError, DeleteMessageOutput, builders::DeleteMessageFluentBuilder},
    receive_message::{ReceiveMessageError, ReceiveMessageOutput, builders::ReceiveMessageFluentBuilder},
    send_message::{SendMessageError, SendMessageOutput, builders::SendMessageFluentBuilder},
};
use std::{pin::Pin, time::Duration};

/// What a request comes to.
pub(crate) type Sent<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A function of the request's name that sends it.
macro_rules! sends {
    ($($name:ident: $request:ty => $output:ty, $error:ty;)*) => {$(
        pub(crate) fn $name(request: $request) -> Sent<Result<$output, SdkError<$error>>> {
            Box::pin(request.send())
        }
    )*};
}

sends! {
    get_item: GetItemFluentBuilder => GetItemOutput, GetItemError;
    batch_get_item: BatchGetItemFluentBuilder => BatchGetItemOutput, BatchGetItemError;
    query: QueryFluentBuilder => QueryOutput, QueryError;
    put_item: PutItemFluentBuilder => PutItemOutput, PutItemError;
    update_item: UpdateItemFluentBuilder => UpdateItemOutput, UpdateItemError;
    delete_item: DeleteItemFluentBuilder => DeleteItemOutput, DeleteItemError;
    transact_write_items: TransactWriteItemsFluentBuilder => TransactWriteItemsOutput, TransactWriteItemsError;
    get_object: GetObjectFluentBuilder => GetObjectOutput, GetObjectError;
    head_object: HeadObjectFluentBuilder => HeadObjectOutput, HeadObjectError;
    put_object: PutObjectFluentBuilder => PutObjectOutput, PutObjectError;
    delete_objects: DeleteObjectsFluentBuilder => DeleteObjectsOutput, DeleteObjectsError;
    list_objects: ListObjectsV2FluentBuilder => ListObjectsV2Output, ListObjectsV2Error;
    send_message: SendMessageFluentBuilder => SendMessageOutput, SendMessageError;
    receive_message: ReceiveMessageFluentBuilder => ReceiveMessageOutput, ReceiveMessageError;
    change_message_visibility: ChangeMessageVisibilityFluentBuilder => ChangeMessageVisibilityOutput, ChangeMessageVisibilityError;
    delete_message: DeleteMessageFluentBuilder => DeleteMessageOutput, DeleteMessageError;
    send_raw_email: SendRawEmailFluentBuilder => SendRawEmailOutput, SendRawEmailError;
}

/// The address under which the request can be made without credentials.
pub(crate) fn presigned(
    request: GetObjectFluentBuilder,
    config: PresigningConfig,
) -> Sent<Result<PresignedRequest, SdkError<GetObjectError>>> {
    Box::pin(request.presigned(config))
}

/// The address under which the object can be uploaded without credentials.
pub(crate) fn presigned_put(
    request: PutObjectFluentBuilder,
    config: PresigningConfig,
) -> Sent<Result<PresignedRequest, SdkError<PutObjectError>>> {
    Box::pin(request.presigned(config))
}

/// The bytes of an object, in one place from the beginning.
pub(crate) fn collected(mut body: ByteStream) -> Sent<Result<Vec<u8>, ByteStreamError>> {
    Box::pin(async move {
        let mut bytes = Vec::with_capacity(usize::try_from(body.size_hint().0).unwrap_or_default());
        while let Some(some) = body.try_next().await? {
            bytes.extend_from_slice(&some);
        }
        Ok(bytes)
    })
}

/// Region, credentials and endpoint, from the environment.
pub(crate) fn configuration() -> Sent<SdkConfig> {
    // A large tree is read faster than a partition gives it: then requests are tried again until they get through.
    let patience = RetryConfig::standard().with_max_attempts(6);
    // A request that is not answered is made again, before the function's own time is over.
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(6)).build();
    let config = aws_config::defaults(BehaviorVersion::latest()).retry_config(patience).timeout_config(timeouts);
    Box::pin(config.load())
}
