"""Reads .npy and .npz with nothing but the standard library: (shape, values) of numbers, text of strings, and a list
of texts where there is a dimension."""
import array
import ast
import math
import struct
import zipfile


def parse(data):
    assert data[:6] == b"\x93NUMPY", data[:6]
    size, start = (struct.unpack_from("<H", data, 8)[0], 10) if data[6] == 1 else (struct.unpack_from("<I", data, 8)[0], 12)
    header = ast.literal_eval(data[start : start + size].decode())
    assert not header["fortran_order"]
    body = data[start + size :]
    if header["descr"].startswith("<U"):
        text = body.decode("utf-32-le")
        width = int(header["descr"][2:])
        return [text[i * width : (i + 1) * width].rstrip("\0") for i in range(*header["shape"])] if header["shape"] else text
    values = array.array({"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q"}[header["descr"]], body)
    assert len(values) == math.prod(header["shape"])
    return header["shape"], values


def read_npy(path):
    with open(path, "rb") as file:
        return parse(file.read())


def read_npz(path):
    with zipfile.ZipFile(path) as archive:
        return {name.removesuffix(".npy"): parse(archive.read(name)) for name in archive.namelist()}
