"""What this machine is: read from the system, cheaply."""

import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

_SYSTEMS = {"Darwin": "macos"}


def system_facts() -> dict[str, Any]:
    """``system_os`` (linux, macos, windows), ``os_version`` as a person knows it, ``system_cpu`` (x86_64, arm64 …)."""
    return {
        "system_os": _SYSTEMS.get(platform.system(), platform.system().lower()),
        "os_version": _os_version(),
        "system_cpu": platform.machine().lower(),
    }


def memory_facts() -> dict[str, Any]:
    """``memory_total``, ``memory_available`` and ``memory_used`` in bytes, ``memory_percent``."""
    memory = psutil.virtual_memory()
    return {
        "memory_total": memory.total,
        "memory_available": memory.available,
        "memory_used": memory.total - memory.available,
        "memory_percent": memory.percent,
    }


def disk_facts(folder: Path) -> dict[str, Any]:
    """``path``, ``total``, ``free`` (bytes) and ``percent`` used of the volume ``folder`` is or will be on."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        usage = psutil.disk_usage(str(folder))
    except OSError:
        return {"path": str(folder), "total": None, "free": None, "percent": None}
    return {"path": str(folder), "total": usage.total, "free": usage.free, "percent": usage.percent}


def temperature_facts() -> dict[str, float]:
    """Sensors by name, °C; empty where the system does not tell."""
    read = getattr(psutil, "sensors_temperatures", None)
    sensors: dict[str, Any] = read() if read is not None else {}
    return {
        f"{name} {entry.label}".strip(): entry.current
        for name, entries in sensors.items()
        for entry in entries
        if entry.current
    }


def cpu_brand() -> str:
    """The processor's name as its maker writes it, else its kind. Quick; where only a library knows, up to a second."""
    for read in (_brand_of_linux, _brand_of_windows, _brand_of_mac):
        if brand := " ".join(read().split()):
            return brand
    # py-cpuinfo starts processes of our own program to find out, which a packaged one must not.
    return platform.processor() if getattr(sys, "frozen", False) else _brand_by_library()


def _brand_of_linux() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    named = (line.partition(":")[2] for line in lines if line.partition(":")[0].strip() in {"model name", "Model"})
    return next(named, "")


def _brand_of_windows() -> str:
    if sys.platform == "win32":
        import winreg

        place = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0])
    return ""


def _brand_of_mac() -> str:
    if sys.platform == "darwin":
        command = ("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout
        except (OSError, subprocess.SubprocessError):
            return ""
    return ""


def _brand_by_library() -> str:
    import cpuinfo

    return str(cpuinfo.get_cpu_info().get("brand_raw", ""))


def _os_version() -> str:
    if platform.system() == "Darwin":
        return platform.mac_ver()[0]
    if platform.system() == "Linux":
        try:
            return platform.freedesktop_os_release().get("PRETTY_NAME", platform.release())
        except OSError:
            return platform.release()
    return platform.version()
