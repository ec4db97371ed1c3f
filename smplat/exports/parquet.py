"""Parquet files. Only imported when asked for: the library behind it is an optional extra."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from smplat.exports.formats import Column, ColumnType, Row

# A row group is held in memory until it is full. Readers skip and parallelise by group; 16 Ki rows of ours are a few MiB.
ROWS_A_GROUP = 16_384

_TYPES: Mapping[ColumnType, pa.DataType] = MappingProxyType(
    {
        ColumnType.TEXT: pa.string(),
        ColumnType.MOMENT: pa.timestamp("us", tz="UTC"),
        ColumnType.MONEY: pa.decimal128(12, 2),
        # JSON as text: warehouses parse it into their own semi-structured type.
        ColumnType.JSON: pa.string(),
    }
)


class ParquetWriter:
    """Typed columns, zstd-compressed, in row groups."""

    def __init__(self, output: BinaryIO, columns: Sequence[Column]) -> None:
        self._schema = pa.schema([pa.field(column.name, _TYPES[column.type]) for column in columns])
        self._writer = pq.ParquetWriter(output, self._schema, compression="zstd")
        self._batches: list[pa.RecordBatch] = []
        self._held = 0

    def write(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        columns = zip(*rows, strict=True)
        arrays = [pa.array(values, type=field.type) for values, field in zip(columns, self._schema, strict=True)]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._held += len(rows)
        if self._held >= ROWS_A_GROUP:
            self._write_group()

    def finish(self) -> None:
        self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        if self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches, schema=self._schema))
            self._batches, self._held = [], 0
