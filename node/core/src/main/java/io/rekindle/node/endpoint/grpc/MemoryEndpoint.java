package io.rekindle.node.endpoint.grpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.rekindle.node.model.Reply;
import io.rekindle.v1.MemoryServiceGrpc;

/** {@code rekindle.v1.MemoryService}. */
final class MemoryEndpoint implements BindableService {
  private final CallContext context;

  MemoryEndpoint(CallContext context) {
    this.context = context;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return new GateCalls(MemoryServiceGrpc.getServiceDescriptor(), context)
        .unary(
            MemoryServiceGrpc.getStoreMemoryMethod(),
            MemoryDecoder::store,
            Reply.Stored.class,
            MemoryEncoder::stored)
        .unary(
            MemoryServiceGrpc.getBatchStoreMemoriesMethod(),
            MemoryDecoder::batchStore,
            Reply.Stored.class,
            MemoryEncoder::storedBatch)
        .unary(
            MemoryServiceGrpc.getGetMemoryMethod(),
            MemoryDecoder::get,
            Reply.Got.class,
            MemoryEncoder::got)
        .unary(
            MemoryServiceGrpc.getListMemoriesMethod(),
            MemoryDecoder::list,
            Reply.Listed.class,
            MemoryEncoder::listed)
        .waiting(
            MemoryServiceGrpc.getSearchMemoriesMethod(),
            MemoryDecoder::search,
            Reply.Found.class,
            MemoryEncoder::found)
        .unary(
            MemoryServiceGrpc.getUpdateMemoryMethod(),
            MemoryDecoder::update,
            Reply.Updated.class,
            MemoryEncoder::updated)
        .unary(
            MemoryServiceGrpc.getDeleteMemoryMethod(),
            MemoryDecoder::delete,
            Reply.Deleted.class,
            MemoryEncoder::deleted)
        .unary(
            MemoryServiceGrpc.getBatchDeleteMemoriesMethod(),
            MemoryDecoder::batchDelete,
            Reply.Deleted.class,
            MemoryEncoder::deletedBatch)
        .paged(
            MemoryServiceGrpc.getExportMemoriesMethod(),
            MemoryDecoder::export,
            Reply.Listed.class,
            MemoryEncoder::exported,
            Reply.Listed::nextPage)
        .build();
  }
}
